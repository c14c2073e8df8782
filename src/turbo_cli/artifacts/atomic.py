"""Writes that either happen whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from turbo_cli.errors import TurboError


@contextlib.contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside `path`; on success it is synced and renamed onto `path`.

    On any exception, Ctrl-C among them, the temporary file goes and an old `path` stays as it was.
    Raises `TurboError` where the folder cannot be written or the disk is full.
    """
    temporary = _temporary_beside(path)
    try:
        with _user_errors(path):
            yield temporary
            _sync(temporary)
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
            _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path`; on success it is renamed to `path`, which may be absent or empty.

    Raises `TurboError` if `path` holds anything already, or cannot be written.
    """
    with _user_errors(path):
        require_new_folder(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"))
    try:
        with _user_errors(path):
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            if path.exists():
                path.rmdir()
            temporary.replace(path)
            _sync(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_writable(path: Path) -> None:
    """Raise `TurboError` if `replacing_file(path)` would: better before hours of work than after them."""
    _temporary_beside(path).unlink()


def _temporary_beside(path: Path) -> Path:
    with _user_errors(path):
        if path.is_dir():
            raise TurboError(f"{path}: is a directory, not a file", "name a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        os.close(handle)
    return Path(name)


def require_new_folder(path: Path) -> None:
    """Raise `TurboError` if `path` holds anything already; worth asking before long work."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise TurboError(f"{path}: exists already", "remove it or name another folder")


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
