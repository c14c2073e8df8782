"""YOLO: `data.yaml`, a text file of normalised boxes beside each image."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turbo_cli.data.images import IMAGE_SUFFIXES
from turbo_cli.data.importers.numbers import MalformedError, number, whole_number
from turbo_cli.data.importers.reading import files_below, measure, read_text, read_yaml
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.data.importers.source import SourceBox, SourceFrame
from turbo_cli.errors import TurboError

SPLITS = ("train", "val", "valid", "test")
NULLS = ("", "~", "null")


def read_frames(source: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    """Every image of every split, once. An image without a label file, or with an empty one, has no boxes.

    A folder below a split's images is a camera; images that lie in none are under the split's name.
    """
    path = _data_file(source)
    description = _read_description(path)
    names = _class_names(description.get("names"), path)
    seen: set[Path] = set()
    for split in SPLITS:
        for folder, picture in _split_pictures(description, split, path):
            if picture.resolve() in seen:
                continue
            seen.add(picture.resolve())
            camera = picture.parent.relative_to(folder).as_posix()
            frame = _frame(picture, split if camera == "." else camera, names, report)
            if frame is not None:
                yield frame


def _data_file(source: Path) -> Path:
    if source.is_file():
        return source
    paths = [path for path in sorted(source.iterdir()) if path.suffix in (".yaml", ".yml")]
    named = [path for path in paths if path.stem == "data"] or paths
    if len(named) != 1:
        raise TurboError(f"{source}: expected one data.yaml, found {len(named)} .yaml files")
    return named[0]


def _read_description(path: Path) -> dict[str, Any]:
    description = read_yaml(path)
    if not isinstance(description, dict) or not any(split in description for split in SPLITS):
        raise TurboError(f"{path}: not a YOLO data set: it has none of {', '.join(SPLITS)}")
    return description


def _class_names(names: Any, path: Path) -> dict[int, str]:
    """`names` is a list, or a map of class number to name."""
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not names:
        raise TurboError(f"{path}: names: expected a list, or a map of number to name")
    try:
        return {whole_number(index, "number"): _text(name, "name") for index, name in names.items()}
    except MalformedError as error:
        raise TurboError(f"{path}: names: a {error}") from error


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise MalformedError(f"{name} is no text")
    return value


def _split_pictures(description: dict[str, Any], split: str, path: Path) -> Iterator[tuple[Path, Path]]:
    """The images of a split, each with the folder below which folders are cameras."""
    entries = description.get(split) or []
    for entry in entries if isinstance(entries, list) else [entries]:
        if entry in NULLS:
            continue
        listed = _resolve(entry, description, path, split)
        if listed.is_dir():
            yield from ((listed, picture) for picture in files_below(listed, IMAGE_SUFFIXES))
        else:
            lines = (line.strip() for line in read_text(listed).splitlines())
            pictures = [listed.parent / line for line in lines if line]
            yield from ((_images_folder(picture), picture) for picture in pictures)


def _images_folder(picture: Path) -> Path:
    return next((folder for folder in picture.parents if folder.name == "images"), picture.parent)


def _resolve(entry: Any, description: dict[str, Any], path: Path, split: str) -> Path:
    """Below `path` of the file, which is relative to the file; exports often lie about both by a `../`."""
    root = description.get("path") or "."
    if not isinstance(entry, str) or not isinstance(root, str):
        raise TurboError(f"{path}: {split}: expected the name of a folder or list, or several of them")
    below = path.parent / root
    roots = [below, path.parent]
    candidates = [root / name for root in roots for name in (entry, entry.removeprefix("../"))]
    found = next((candidate for candidate in candidates if candidate.exists()), None)
    if found is None:
        raise TurboError(f"{path}: {split}: no such folder or list: {candidates[0]}")
    return found


def _label_path(picture: Path) -> Path:
    """The last folder named `images` becomes `labels`; without one the label lies beside its image."""
    parts = list(picture.with_suffix(".txt").parts)
    folders = parts[:-1]
    if "images" in folders:
        parts[len(folders) - 1 - folders[::-1].index("images")] = "labels"
    return Path(*parts)


@dataclass(frozen=True)
class _Row:
    """A box in fractions of the image: centre x, centre y, width, height."""

    category: str
    centre_size: list[float]
    place: Place

    def in_pixels(self, image_width: int, image_height: int) -> SourceBox:
        x, y, width, height = self.centre_size
        left, top = (x - width / 2) * image_width, (y - height / 2) * image_height
        xywh = (left, top, width * image_width, height * image_height)
        return SourceBox(self.category, xywh, self.place)


def _frame(picture: Path, camera: str, names: dict[int, str], report: Report) -> SourceFrame | None:
    label = _label_path(picture)
    rows = list(_rows(label, names, report)) if label.is_file() else []
    size = measure(picture, Place(picture), report, 1 + len(rows))
    if size is None:
        return None
    return SourceFrame(camera, picture, *size, boxes=tuple(row.in_pixels(*size) for row in rows))


def _rows(label: Path, names: dict[int, str], report: Report) -> Iterator[_Row]:
    if label.stat().st_size == 0:
        return
    for line, text in enumerate(read_text(label).splitlines(), start=1):
        place = Place(label, line)
        try:
            if text.strip():
                yield _row(text.split(), names, place)
        except MalformedError as error:
            report.skip(Reason.MALFORMED, place, str(error))


def _row(cells: list[str], names: dict[int, str], place: Place) -> _Row:
    """`class x y width height`, or `class x1 y1 x2 y2 x3 y3 …`: a polygon, whose bounding box is taken."""
    is_polygon = len(cells) >= 7 and len(cells) % 2 == 1
    if len(cells) != 5 and not is_polygon:
        raise MalformedError(f"{len(cells)} numbers: neither a box (5) nor a polygon (7, 9, …)")
    index = whole_number(cells[0], "class")
    category = names.get(index, f"class {index}")
    values = [number(cell, "coordinate") for cell in cells[1:]]
    return _Row(category, _around(values) if is_polygon else values, place)


def _around(polygon: list[float]) -> list[float]:
    """Centre, width and height of what bounds x1, y1, x2, y2, …; not numbers if one of these is none."""
    if not all(map(math.isfinite, polygon)):
        return [math.nan] * 4
    xs, ys = polygon[::2], polygon[1::2]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
