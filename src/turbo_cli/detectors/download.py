"""One file over HTTP: resumed, checked, and installed whole or not at all."""

import contextlib
import hashlib
import http.client
import math
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from turbo_cli import __version__
from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.errors import TurboError
from turbo_cli.progress import Track, untracked

CHUNK_BYTES = 1 << 20
ATTEMPTS = 4
"""As many in a row may bring nothing new before the download is given up."""
PASSING = {408, 416, 425, 429}
"""Client errors that another attempt may get past; all others are final."""


class _BrokenError(Exception):
    """The network or the server failed in a way that another attempt may get past."""


@dataclass(frozen=True)
class _Part:
    """An unfinished download, and beside it the server's mark (ETag or date) of the version it belongs to."""

    path: Path

    @property
    def mark_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.mark")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def request_headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"turbo/{__version__}", "Accept-Encoding": "identity"}
        if self.size():
            headers["Range"] = f"bytes={self.size()}-"
            if self.mark_path.exists():
                headers["If-Range"] = self.mark_path.read_text(encoding="latin-1")
        return headers

    def restart(self, mark: str | None) -> None:
        self.discard()
        if mark and not mark.startswith("W/"):  # a weak mark does not promise equal bytes
            self.mark_path.write_text(mark, encoding="latin-1")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.mark_path.unlink(missing_ok=True)


def download(
    address: str,
    target: Path,
    sha256: str,
    track: Track = untracked,
    timeout_s: float = 30.0,
    pause_s: float = 1.0,
) -> None:
    """Fetch `address` (http or https) into `target`, which appears only when it is whole and right.

    sha256: hex digits that the file's SHA-256 must begin with. What an earlier call left unfinished is
    resumed where the server allows. A second call for the same target waits for the first. A failed
    attempt is repeated after `pause_s`, then twice as long, up to `ATTEMPTS` without a new byte.
    Raises `TurboError` where the address, the server, the file's content or the disk is at fault.
    """
    _check_address(address)
    part = _Part(target.with_name(f"{target.name}.part"))
    with _disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f".{target.name}.lock")):
            if has_digest(target, sha256):
                return
            _fetch(address, part, sha256, track, timeout_s, pause_s)
            with replacing_file(target) as temporary:
                part.path.replace(temporary)
            part.discard()


def has_digest(path: Path, sha256: str) -> bool:
    """Whether the file exists and its SHA-256 begins with these hex digits."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256.lower())


def _check_address(address: str) -> None:
    try:
        split = urlsplit(address)
        (split.hostname or "").encode("idna")
        right = split.scheme in ("http", "https") and bool(split.hostname) and split.port != 0
    except ValueError:  # a port that is no number, or a name that is none
        right = False
    if not right or not re.fullmatch(r"[!-~]+", address):
        raise TurboError("not an http or https address", f"got {address!r}")
    if split.username is not None or split.password is not None:
        raise TurboError(
            f"the address at {split.hostname} holds a user name or password, which is not supported",
            "fetch the file by other means, then: turbo weights import NAME FILE",
        )


def _fetch(address: str, part: _Part, sha256: str, track: Track, timeout_s: float, pause_s: float) -> None:
    """Attempt after attempt until the part is the whole file."""
    failures, largest = 0, part.size()
    # A part that is whole needs no server: it was stopped just before it was installed, or the server
    # promised more bytes than there are.
    while not has_digest(part.path, sha256):
        try:
            _receive(address, part, sha256, track, timeout_s)
        except _BrokenError as error:
            failures = 1 if part.size() > largest else failures + 1
            largest = max(largest, part.size())
            if failures == ATTEMPTS:
                raise TurboError(f"{address}: {error}", "later it resumes; or try --url MIRROR") from error
            time.sleep(pause_s * 2 ** (failures - 1))


def _receive(address: str, part: _Part, sha256: str, track: Track, timeout_s: float) -> None:
    """One attempt: append what the server sends to the part."""
    request = urllib.request.Request(address, headers=part.request_headers())
    with _open(request, part, timeout_s) as response:
        resumed = response.status == http.client.PARTIAL_CONTENT
        if not resumed:
            part.restart(response.headers["ETag"] or response.headers["Last-Modified"])
        elif _first_byte(response) != part.size():
            part.discard()
            raise _BrokenError("the server sent another range than it was asked for")
        start, length = part.size(), response.headers["Content-Length"]
        expected = start + int(length) if (length or "").isdecimal() else None
        chunks = math.ceil(int(length) / CHUNK_BYTES) if expected is not None else None
        with part.path.open("ab") as file:
            for chunk in track(_chunks(response), f"{part.path.stem} (MiB)", chunks):
                file.write(chunk)
    if expected is not None and part.size() < expected:
        raise _BrokenError(f"the connection ended after {part.size()} of {expected} bytes")
    if not has_digest(part.path, sha256):
        part.discard()
        if resumed:  # the two halves may be of different files: one more try, from the start
            raise _BrokenError("the resumed file has the wrong SHA-256")
        raise TurboError(
            f"{address}: the file's SHA-256 does not begin with {sha256}: nothing installed",
            "the server has another file under this name; try --url MIRROR",
        )


def _open(request: urllib.request.Request, part: _Part, timeout_s: float) -> http.client.HTTPResponse:
    with _network_errors():
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)
            return response
        except urllib.error.HTTPError as error:
            error.close()
            says = f"the server answers {error.code} {error.reason}"
            if 400 <= error.code < 500 and error.code not in PASSING:
                raise TurboError(f"{request.full_url}: {says}", "try --url MIRROR") from error
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.discard()
            raise _BrokenError(says) from error


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        with _network_errors():
            chunk = response.read(CHUNK_BYTES)
        if not chunk:
            return
        yield chunk


def _first_byte(response: http.client.HTTPResponse) -> int | None:
    span = re.match(r"bytes (\d+)-", response.headers["Content-Range"] or "")
    return int(span[1]) if span else None


@contextlib.contextmanager
def _network_errors() -> Iterator[None]:
    try:
        yield
    except urllib.error.URLError as error:
        raise _BrokenError(str(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenError(str(error) or type(error).__name__) from error


@contextlib.contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "free space, or name another folder with TURBO_CACHE=DIR; the next pull resumes"
        raise TurboError(f"{target}: cannot write: {error.strerror or error}", hint) from error
