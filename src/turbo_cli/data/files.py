"""Files in folders, in the order that people number them."""

import re
from collections.abc import Callable
from pathlib import Path


def visible_files(folder: Path, wanted: Callable[[Path], bool]) -> list[Path]:
    """The wanted files below a folder, `img2` before `img10`; what is hidden is passed over."""
    found = (path for path in folder.rglob("*") if wanted(path) and path.is_file())
    return sorted((path for path in found if not _hidden(path.relative_to(folder))), key=_natural)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _natural(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", path.as_posix())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
