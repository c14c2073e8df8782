import errno
import os
import resource
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.artifacts.processes import in_child
from tests.serving.results.records import indices, record
from tests.serving.waiting import until
from turbo_cli.errors import TurboError
from turbo_cli.serving.results.ndjson import NdjsonFile, read_records

LINE_BYTES = len(record().json_text) + 1


def write(path: Path, numbers: range, max_bytes: int = 1 << 30, keep: int = 10) -> None:
    file = NdjsonFile(path, max_bytes, keep)
    for number in numbers:
        file.write(record(number % 10))
    file.close(0)


def test_files_turn_over_and_the_oldest_goes(tmp_path: Path) -> None:
    write(tmp_path / "results.ndjson", range(10), max_bytes=3 * LINE_BYTES, keep=2)
    kept = {path.name: indices(path.read_text()) for path in tmp_path.glob("results*")}
    assert kept == {"results.ndjson": [9], "results.ndjson.1": [6, 7, 8], "results.ndjson.2": [3, 4, 5]}


def test_files_stay_while_no_new_one_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.ndjson"
    file = NdjsonFile(path, max_bytes=3 * LINE_BYTES, keep=2)
    for number in range(9):
        file.write(record(number))
    with monkeypatch.context() as full:
        full.setattr(NdjsonFile, "_open", refuse)
        for _ in range(5):
            file.write(record(9))
    file.write(record(9))
    file.close(0)
    kept = {path.name: indices(path.read_text()) for path in tmp_path.glob("results*")}
    assert kept == {"results.ndjson": [9], "results.ndjson.1": [6, 7, 8], "results.ndjson.2": [3, 4, 5]}
    assert (file.status().written, file.status().failed) == (10, 5)


def refuse(_file: NdjsonFile) -> None:
    raise OSError(errno.EMFILE, "too many open files")


@given(torn=st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=200))
def test_a_torn_line_is_cut_and_the_file_goes_on(tmp_path_factory: pytest.TempPathFactory, torn: str) -> None:
    path = tmp_path_factory.mktemp("torn") / "results.ndjson"
    write(path, range(2))
    with path.open("a") as file:
        file.write(torn)
    write(path, range(2, 4))
    assert indices(path.read_text()) == [0, 1, 2, 3]


def test_a_torn_line_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"
    path.write_text("x" * 200_000)
    write(path, range(1))
    with path.open("a") as file:
        file.write("x" * 200_000)
    write(path, range(1, 2))
    assert indices(path.read_text()) == [0, 1]


def kill_while_writing(path: Path, number: int) -> None:
    """Fork a child that writes records of this number for ever, and kill it once it has written some."""

    child = os.fork()
    if child == 0:
        try:
            file = NdjsonFile(path, max_bytes=200 * LINE_BYTES)
            while True:
                file.write(record(number))
        finally:
            os._exit(1)
    until(lambda: number in numbers_while_written(path))
    time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def numbers_while_written(path: Path) -> set[int]:
    """As `numbers_written`; nothing where files turn over meanwhile."""
    try:
        return numbers_written(path)
    except FileNotFoundError:
        return set()


def numbers_written(path: Path) -> set[int]:
    """Of all records; only the newest file may end in a torn line, be empty, or not be there."""
    newest = path.read_bytes() if path.exists() else b""
    full = [part.read_bytes() for part in path.parent.glob(f"{path.name}.*")]
    return {number for lines in (newest[: newest.rfind(b"\n") + 1], *full) for number in indices(lines)}


@pytest.mark.parametrize("repetition", range(3))
def test_sigkill_leaves_whole_lines_and_a_restart_continues(tmp_path: Path, repetition: int) -> None:
    path = tmp_path / "results.ndjson"
    for number in range(3):
        kill_while_writing(path, number)
        assert number in numbers_written(path)
        write(path, range(5, 6))
        assert indices(path.read_bytes())[-1] == 5


def test_a_full_disk_costs_only_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"

    def write_past_the_limit() -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(2.5 * LINE_BYTES), resource.RLIM_INFINITY))
        file = NdjsonFile(path)
        for number in range(5):
            file.write(record(number))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        file.write(record(5))
        file.close(0)
        return str(file.status())

    status, answer = in_child(write_past_the_limit)
    assert status == 0, answer
    assert "written=3, failed=3" in answer
    assert indices(path.read_text()) == [0, 1, 5]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"
    file = NdjsonFile(path)
    with pytest.raises(TurboError, match="another process writes it"):
        NdjsonFile(path)
    file.close(0)
    NdjsonFile(path).close(0)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TurboError, match="cannot write"):
        NdjsonFile(tmp_path / "file" / "results.ndjson")


def test_records_are_read_but_for_a_line_that_is_being_written(tmp_path: Path) -> None:
    path = tmp_path / "results.ndjson"
    write(path, range(3))
    with path.open("a") as file:
        file.write(record(3).json_text)
    assert list(read_records(path)) == [record(number) for number in range(3)]
    path.write_text(record().json_text + "\n{}\n")
    with pytest.raises(TurboError, match=r"results\.ndjson: line 2: key camera"):
        list(read_records(path))
