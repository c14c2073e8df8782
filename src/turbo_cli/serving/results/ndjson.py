"""A file of one record a line that grows for ever and is never torn."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout
from pydantic import ValidationError

from turbo_cli.artifacts.atomic import user_errors
from turbo_cli.artifacts.reading import read_lines, refuse
from turbo_cli.errors import TurboError
from turbo_cli.serving.results.record import ResultRecord
from turbo_cli.serving.results.sink import SinkStatus

TAIL_BYTES = 1 << 16
MADE_BY = "turbo serve --results"

_log = logging.getLogger(__name__)


class NdjsonFile:
    """Appends records to `path`; a full file becomes `path.1`, the one before `path.2`, up to `path.<keep>`.

    max_bytes: of each file. A process that is killed leaves whole lines and at most one torn one, which the
    next one cuts off before it goes on. A full disk costs the records that do not fit: counted and warned
    of, nothing else. Raises `TurboError` where the file cannot be opened or another process writes it.
    """

    def __init__(self, path: Path, max_bytes: int = 64 << 20, keep: int = 10) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._written = self._failed = 0
        self._last_error: str | None = None
        self._writing = Lock()
        with user_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(path)
            _cut_torn_line(path)
            self._open()

    def write(self, record: ResultRecord) -> None:
        """Append one line; when this returns, it outlives the process. Any thread may call it."""
        line = (record.json_text + "\n").encode()
        with self._writing:
            try:
                if self._size and self._size + len(line) > self._max_bytes:
                    self._rotate()
                self._append(line)
            except OSError as error:
                self._warn(error.strerror or str(error))
            else:
                self._written += 1

    def close(self, deadline_s: float) -> None:
        """Sync and close; nothing waits here, so the deadline is not needed."""
        with self._writing:
            try:
                os.fsync(self._file)
            except OSError as error:
                self._warn(error.strerror or str(error))
            os.close(self._file)
            self._lock.release()

    def status(self) -> SinkStatus:
        """Figures until now."""
        return SinkStatus(str(self._path), self._written, self._failed, 0, self._last_error)

    def _open(self) -> None:
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._size = os.fstat(self._file).st_size

    def _append(self, line: bytes) -> None:
        """Write the whole line or none of it."""
        try:
            written = os.write(self._file, line)
            if written < len(line):
                raise OSError("no space left on device")
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(line)

    def _rotate(self) -> None:
        """The oldest first, so that a crash in between leaves a gap in the numbers and loses no file.

        Files move only if there is a full one to make room for: not if one was moved before, and then no new
        one could be opened.
        """
        full = self._file
        os.fsync(full)
        for number in range(self._keep, 0, -1) if self._path.exists() else ():
            newer = self._numbered(number - 1) if number > 1 else self._path
            if newer.exists():
                newer.replace(self._numbered(number))
        self._open()
        os.close(full)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _warn(self, reason: str) -> None:
        if reason != self._last_error:  # once, not for every record of a long night
            _log.warning("%s: a record was not written: %s", self._path, reason)
        self._failed += 1
        self._last_error = reason


def _locked(path: Path) -> FileLock:
    lock = FileLock(path.with_name(f".{path.name}.lock"), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise TurboError(f"{path}: another process writes it", "name another file") from error
    return lock


def read_records(path: Path) -> Iterator[ResultRecord]:
    """The records of a file that may still be written: a last line without its end is left out.

    Raises `TurboError` naming file, line and key.
    """
    for number, line in enumerate(read_lines(path, MADE_BY), start=1):
        if line.endswith(b"\n"):
            try:
                yield ResultRecord.model_validate_json(line)
            except ValidationError as error:
                refuse(f"{path}: line {number}", error, MADE_BY)


def _cut_torn_line(path: Path) -> None:
    """Truncate behind the last newline, reading from the end: such a file may be large."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - TAIL_BYTES)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
        file.truncate(0)
