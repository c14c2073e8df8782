"""Downloads against a real server that cuts, lies, stalls, redirects and changes its mind."""

import functools
import hashlib
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.detectors.flaky_server import Behaviour, serving
from turbo_cli.detectors.download import ATTEMPTS, CHUNK_BYTES, download
from turbo_cli.errors import TurboError

BODY = random.Random(0).randbytes(3 * CHUNK_BYTES + 12_345)
OTHER = random.Random(1).randbytes(len(BODY))
SHA256 = hashlib.sha256(BODY).hexdigest()

T = TypeVar("T")
Fetch = Callable[[str], None]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "file.bin"


@pytest.fixture
def fetch(target: Path) -> Fetch:
    return functools.partial(download, target=target, sha256=SHA256, timeout_s=0.5, pause_s=0.01)


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour(BODY)


@pytest.fixture
def server(behaviour: Behaviour) -> Iterator[str]:
    with serving(behaviour) as address:
        yield f"{address}/file.bin"


def whole(target: Path) -> bool:
    """The right bytes are installed and nothing is left beside them but the lock."""
    beside = {path.name for path in target.parent.iterdir()} - {target.name, f".{target.name}.lock"}
    return target.read_bytes() == BODY and not beside


def test_a_good_server(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    fetch(server)
    assert whole(target)
    fetch(server)
    assert len(behaviour.requests) == 1, "what is there and right is not fetched again"


def test_progress_counts_every_chunk(server: str, target: Path) -> None:
    seen: list[tuple[int, str, int | None]] = []

    def track(items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
        chunks = list(items)
        seen.append((len(chunks), label, total))
        return chunks

    download(server, target, SHA256, track)
    assert seen == [(4, "file.bin (MiB)", 4)]


def test_cut_connections_are_resumed_where_they_ended(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.cut_after = [CHUNK_BYTES + 5] * 2
    fetch(server)
    assert whole(target)
    starts = [int(request["Range"][6:-1]) for request in behaviour.requests[1:]]
    assert behaviour.answers == [200, 206, 206]
    assert 0 < starts[0] < starts[1] < len(BODY)


def test_a_later_call_resumes(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    behaviour.cut_after = [CHUNK_BYTES + 5, *[0] * ATTEMPTS]
    with pytest.raises(TurboError, match=r"file\.bin"):
        fetch(server)
    assert not target.exists()
    behaviour.cut_after = []
    fetch(server)
    assert whole(target)
    assert behaviour.answers[-1] == 206
    assert behaviour.requests[-1]["If-Range"] == '"one"'


def test_a_mark_of_any_characters_is_sent_back_as_it_came(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.etag = '"é"'
    behaviour.cut_after = [CHUNK_BYTES + 5]
    fetch(server)
    assert whole(target)
    assert behaviour.answers == [200, 206]


def test_a_server_without_ranges_starts_again(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.ranges = False
    behaviour.cut_after = [CHUNK_BYTES + 5, 2 * CHUNK_BYTES]
    fetch(server)
    assert whole(target)
    assert behaviour.answers == [200, 200, 200]


def test_a_file_that_changed_meanwhile_starts_again(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.body, behaviour.cut_after = OTHER, [CHUNK_BYTES + 5, *[0] * ATTEMPTS]
    with pytest.raises(TurboError):
        fetch(server)
    behaviour.body, behaviour.etag, behaviour.cut_after = BODY, '"two"', []
    fetch(server)
    assert whole(target)
    assert behaviour.answers[-1] == 200


@pytest.mark.parametrize("etag", [None, 'W/"weak"', '"one"'])
def test_halves_of_two_files_are_never_installed(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path, etag: str | None
) -> None:
    behaviour.body, behaviour.etag, behaviour.honour_if_range = OTHER, etag, False
    behaviour.cut_after = [CHUNK_BYTES + 5, *[0] * ATTEMPTS]
    with pytest.raises(TurboError):
        fetch(server)
    behaviour.body, behaviour.cut_after = BODY, []
    fetch(server)
    assert whole(target)
    assert behaviour.answers[-2:] == [206, 200]


def test_a_range_that_was_not_asked_for(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.cut_after, behaviour.wrong_range = [CHUNK_BYTES + 5], True
    fetch(server)
    assert whole(target)
    assert behaviour.answers == [200, 206, 200]


def test_a_part_longer_than_the_file(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(OTHER + OTHER)
    fetch(server)
    assert whole(target)
    assert behaviour.answers == [416, 200]


def test_a_whole_part_needs_no_server(fetch: Fetch, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(BODY)
    fetch("http://127.0.0.1:9/file.bin")
    assert whole(target)


def test_wrong_bytes_are_refused(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    behaviour.body = OTHER
    with pytest.raises(TurboError, match="SHA-256"):
        fetch(server)
    assert [path.name for path in target.parent.iterdir()] == [".file.bin.lock"]


@pytest.mark.parametrize("prefix", [SHA256[:8], SHA256.upper()])
def test_a_published_prefix_is_enough(server: str, target: Path, prefix: str) -> None:
    download(server, target, prefix)
    assert whole(target)


def test_promising_more_than_there_is(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    behaviour.claim = len(BODY) + 1000
    fetch(server)
    assert whole(target), "the SHA-256 proves that the file is whole"
    target.unlink()
    behaviour.body = OTHER
    with pytest.raises(TurboError, match=f"after {len(OTHER)} of {len(OTHER) + 1000} bytes|416"):
        fetch(server)
    assert not target.exists()


def test_promising_less_than_there_is(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    behaviour.claim = len(BODY) - 1000
    with pytest.raises(TurboError, match="SHA-256"):
        fetch(server)
    assert not target.exists()


def test_no_length_at_all(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    behaviour.send_length = False
    fetch(server)
    assert whole(target)


def test_redirects_are_followed(server: str, fetch: Fetch, target: Path) -> None:
    fetch(server.replace("/file.bin", "/moved"))
    assert whole(target)


def test_a_redirect_loop_is_an_error(server: str, fetch: Fetch) -> None:
    with pytest.raises(TurboError, match="redirect"):
        fetch(server.replace("/file.bin", "/loop"))


def test_not_found_is_final(server: str, behaviour: Behaviour, fetch: Fetch) -> None:
    behaviour.statuses = [404]
    with pytest.raises(TurboError, match=r"404 Not Found.*--url"):
        fetch(server)
    assert len(behaviour.requests) == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_passing_trouble_is_waited_out(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path, status: int
) -> None:
    behaviour.statuses = [status] * (ATTEMPTS - 1)
    fetch(server)
    assert whole(target)


def test_lasting_trouble_is_given_up(server: str, behaviour: Behaviour, fetch: Fetch) -> None:
    behaviour.statuses = [500] * 100
    with pytest.raises(TurboError, match="500"):
        fetch(server)
    assert len(behaviour.requests) == ATTEMPTS


def test_a_stall_times_out_and_is_resumed(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.stalls = [CHUNK_BYTES + 5]
    fetch(server)
    assert whole(target)
    assert behaviour.answers == [200, 206]


def test_nobody_listens(fetch: Fetch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TurboError, match="refused"):
        fetch(f"http://127.0.0.1:{port}/file.bin")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://host/x",
        "http://",
        "nonsense",
        "http://host:port/x",
        "http://a..b/x",
        "http://[::1/x",
        "http://h/a b",
    ],
)
def test_other_addresses_are_refused(address: str, fetch: Fetch) -> None:
    with pytest.raises(TurboError, match="not an http or https address"):
        fetch(address)


def test_a_password_in_the_address_is_not_repeated(fetch: Fetch) -> None:
    with pytest.raises(TurboError) as caught:
        fetch("https://user:hunter2@mirror.example/file.bin")
    assert "hunter2" not in str(caught.value)


def test_a_disk_that_takes_no_more(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from turbo_cli.detectors.download import download\n"
        "from turbo_cli.errors import TurboError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))\n"
        "try: download(sys.argv[1], Path(sys.argv[2]), sys.argv[3])\n"
        "except TurboError as error: print(error)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, server, str(target), SHA256], capture_output=True, text=True
    )
    assert "cannot write: File too large" in finished.stdout, finished.stderr
    assert not target.exists()
    fetch(server)
    assert whole(target)
    assert behaviour.answers == [200, 206], "what fitted on the disk is not fetched again"


def test_a_folder_that_cannot_be_made(server: str, fetch: Fetch, target: Path) -> None:
    target.parent.write_text("a file where the cache folder should be")
    with pytest.raises(TurboError, match=r"cannot write.*TURBO_CACHE"):
        fetch(server)


def test_two_at_once_fetch_it_once(server: str, behaviour: Behaviour, fetch: Fetch, target: Path) -> None:
    threads = [threading.Thread(target=fetch, args=[server]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert whole(target)
    assert len(behaviour.requests) == 1


def test_killed_in_the_middle_then_resumed(
    server: str, behaviour: Behaviour, fetch: Fetch, target: Path
) -> None:
    behaviour.stalls = [2 * CHUNK_BYTES]
    code = (
        "import sys; from pathlib import Path; from turbo_cli.detectors.download import download\n"
        "download(sys.argv[1], Path(sys.argv[2]), sys.argv[3], timeout_s=60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, server, str(target), SHA256])
    part = target.with_name("file.bin.part")
    while process.poll() is None and not (part.exists() and part.stat().st_size):
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not target.exists()
    fetch(server)
    assert whole(target)
