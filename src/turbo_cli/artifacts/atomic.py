"""Writes that either happen whole or not at all."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from turbo_cli.errors import TurboError


@contextlib.contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside `path`; on success it is synced and renamed onto `path`.

    On any exception, Ctrl-C among them, the temporary file goes and an old `path` stays as it was.
    Raises `TurboError` where the folder cannot be written or the disk is full.
    """
    temporary = _temporary_file(path)
    try:
        with _user_errors(path):
            yield temporary
            _sync(temporary)
            temporary.replace(path)
            _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path`; on success it is renamed to `path`, which may be absent or empty.

    Raises `TurboError` if `path` holds anything already, or cannot be written.
    """
    temporary = _beside(path.absolute())
    with _user_errors(path):
        require_new_folder(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
    try:
        with _user_errors(path):
            yield temporary
            if path.exists():
                path.rmdir()
            temporary.replace(path)
            _sync(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_writable(path: Path) -> None:
    """Raise `TurboError` if `replacing_file(path)` would: better before hours of work than after them."""
    _temporary_file(path).unlink()


def require_new_folder(path: Path) -> None:
    """Raise `TurboError` if `path` holds anything already; worth asking before long work."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise TurboError(f"{path}: exists already", "remove it or name another folder")


def _temporary_file(path: Path) -> Path:
    with _user_errors(path):
        if path.is_dir():
            raise TurboError(f"{path}: is a directory, not a file", "name a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(path)
        temporary.touch(exist_ok=False)
    return temporary


def _beside(path: Path) -> Path:
    """A free name in the same folder.

    What is made there gets its permissions from the umask, which no thread can ask for without changing it.
    """
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def _user_errors(path: Path) -> Iterator[None]:
    """Disk full, no permission and the like are the user's to mend."""
    try:
        yield
    except OSError as error:
        raise TurboError(f"{path}: cannot write: {error.strerror or error}") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
