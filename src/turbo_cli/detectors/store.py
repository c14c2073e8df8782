"""The weights on this machine: where they lie, how they get there."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.detectors.catalogue import CATALOGUE, entry, family_module, published_at
from turbo_cli.detectors.download import download
from turbo_cli.errors import TurboError
from turbo_cli.progress import Track, untracked

COMPANIONS = (".cfg", ".names")
"""Files of the weights' stem beside them that the darknet family reads in place of those it ships."""


@dataclass(frozen=True)
class Weights:
    """What is known of a detector's weights on this machine. size_bytes: on disk, None if absent."""

    name: str
    input_size: tuple[int, int]
    licence: str
    origin: str
    packaged: bool
    path: Path
    size_bytes: int | None


def cache_folder() -> Path:
    """`TURBO_CACHE`, else the platform's cache folder of the user."""
    chosen = os.environ.get("TURBO_CACHE")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("turbo")


def weights_path(name: str) -> Path:
    """Where the weights of a known detector are, or would be."""
    known = entry(name)
    if known.packaged:
        return Path(__file__).parent / known.file_name
    return cache_folder() / "weights" / known.file_name


def list_weights() -> list[Weights]:
    """Every known detector in the catalogue's order."""
    return [_weights(name) for name in CATALOGUE]


def _weights(name: str) -> Weights:
    known, path = entry(name), weights_path(name)
    size_bytes = path.stat().st_size if path.is_file() else None
    return Weights(name, known.input_size, known.licence, known.origin, known.packaged, path, size_bytes)


def require_weights(name: str) -> Path:
    """The installed weights. Raises `TurboError` with the commands that install them."""
    path = weights_path(name)
    if not path.is_file():
        raise TurboError(
            f"no weights of {name} at {path}",
            f"run `turbo weights pull {name}` or `turbo weights import {name} FILE`",
        )
    return path


def pull_weights(name: str, url: str | None = None, track: Track = untracked) -> Path:
    """Download and install the published weights, from a mirror with `url`; the SHA-256 is always checked."""
    address, sha256 = published_at(name)
    target = weights_path(name)
    download(url or address, target, sha256, track)
    for suffix in COMPANIONS:
        target.with_suffix(suffix).unlink(missing_ok=True)
    return target


def import_weights(name: str, path: Path) -> Path:
    """Install a local file, if the detector's architecture loads it.

    Darknet's `.cfg` and `.names` beside it come along; those of an earlier import go. Raises `TurboError`
    if the file cannot be read, or belongs to another architecture.
    """
    if entry(name).packaged:
        raise TurboError(f"the weights of {name} ship with Turbo", "use others with --weights FILE")
    check_readable(path)
    target = weights_path(name)
    if ".safetensors" in (path.suffix, target.suffix) and path.suffix != target.suffix:
        raise TurboError(f"{path}: {name} is kept as {target.suffix}", "use this file with --weights FILE")
    family_module(name).build(name, path, None)
    for suffix in COMPANIONS:
        if path.with_suffix(suffix).is_file():
            _install(path.with_suffix(suffix), target.with_suffix(suffix))
        else:
            target.with_suffix(suffix).unlink(missing_ok=True)
    _install(path, target)
    return target


def check_readable(path: Path) -> None:
    """Raises `TurboError` unless `path` is a file that may be read and holds something."""
    if not path.exists():
        raise TurboError(f"{path}: no such file")
    if not path.is_file():
        raise TurboError(f"{path}: is not a file")
    if not os.access(path, os.R_OK):
        raise TurboError(f"{path}: no permission to read it")
    if path.stat().st_size == 0:
        raise TurboError(f"{path}: is empty")


def _install(source: Path, target: Path) -> None:
    if source.resolve() == target.resolve():
        return
    with replacing_file(target) as temporary:
        shutil.copyfile(source, temporary)
