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
    A symbolic link stays, and what it points to is replaced. Raises `TurboError` where the folder cannot
    be written, the disk is full, or `path` is a folder, a device or a pipe.
    """
    target = Path(os.path.realpath(path))
    temporary = _beside(target)
    try:  # made inside, so that Ctrl-C finds no moment at which it would stay
        with user_errors(path):
            _make_file(temporary, target, path)
            yield temporary
            _sync(temporary)
            temporary.replace(target)
            _sync(target.parent)
    finally:
        with contextlib.suppress(OSError):  # gone already, or never made
            temporary.unlink()


@contextlib.contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path`; on success it is renamed to `path`, which may be absent or empty.

    Raises `TurboError` if `path` holds anything already, or cannot be written.
    """
    temporary = _beside(path.absolute())
    try:
        with user_errors(path):
            _make_folder(temporary, path)
            yield temporary
            if path.exists():
                path.rmdir()
            temporary.replace(path)
            _sync(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_file(path: Path) -> None:
    """Raise at once what `replacing_file` would raise after hours of work."""
    target = Path(os.path.realpath(path))
    temporary = _beside(target)
    try:
        with user_errors(path):
            _make_file(temporary, target, path)
    finally:
        with contextlib.suppress(OSError):  # gone already, or never made
            temporary.unlink()


def check_folder(path: Path) -> None:
    """Raise at once what `replacing_folder` would raise after hours of work."""
    temporary = _beside(path.absolute())
    try:
        with user_errors(path):
            _make_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _make_file(temporary: Path, target: Path, named: Path) -> None:
    if target.is_dir():
        raise TurboError(f"{named}: is a directory, not a file", "name a file")
    if target.exists() and not target.is_file():
        raise TurboError(f"{named}: is a device or a pipe, not a file", "name a file")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.touch(exist_ok=False)


def _make_folder(temporary: Path, path: Path) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise TurboError(f"{path}: exists already", "remove it or name another folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.mkdir()


def _beside(path: Path) -> Path:
    """A free name in the same folder.

    What is made there gets its permissions from the umask, which no thread can ask for without changing it.
    """
    return path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"


@contextlib.contextmanager
def user_errors(path: Path) -> Iterator[None]:
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
