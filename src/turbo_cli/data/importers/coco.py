"""COCO detection JSON, with images in files or as frames of one video."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from turbo_cli.artifacts.dataset import Xywh
from turbo_cli.data.importers.numbers import MalformedError, finite, number, whole_number
from turbo_cli.data.importers.reading import ImageFinder, files_below, measure, read_json
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.data.importers.source import SourceBox, SourceFrame, SourceRegion
from turbo_cli.data.video import is_video
from turbo_cli.data.video_index import index_video
from turbo_cli.errors import TurboError

LISTS = ("images", "annotations", "categories")
XYWH = ("left", "top", "width", "height")


def read_frames(source: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    """Frames under their own ids, in the order of `images`, or of time where it is known.

    images: a folder, or a video whose frame `images[].frame` (from 0) each image is. Without it, the JSON's
    folder (the one above a folder `annotations`), or the one video there if it has no images.
    """
    path = _json_file(source)
    frames = _listed_frames(path, images, report)
    yield from sorted(frames, key=lambda frame: frame.timestamp or 0.0)


def _listed_frames(path: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    content = read_json(path)
    lists = content if isinstance(content, dict) else {}
    missing = [key for key in LISTS if not isinstance(lists.get(key), list)]
    if missing:
        raise TurboError(f"{path}: not a COCO file: it has no list {missing[0]!r}")
    boxes = _boxes_by_image(content, path, report)
    pictures = _pictures(images, path)
    seen: set[int] = set()
    for index, image in enumerate(content["images"]):
        place = Place(path, key=f"images[{index}]")
        try:
            image_id = whole_number(_get(image, "id"), "id")
            if image_id in seen:
                report.skip(Reason.DUPLICATE, place, f"id {image_id}")
                continue
            seen.add(image_id)
            frame = _frame(image, image_id, tuple(boxes.pop(image_id, ())), pictures, place, report)
        except MalformedError as error:
            report.skip(Reason.MALFORMED, place, str(error))
            continue
        if frame is not None:
            yield frame
    for image_id, strays in boxes.items():
        for box in strays:
            report.skip(Reason.MISSING_IMAGE, box.place, f"image_id {image_id} is not in images")


def _json_file(source: Path) -> Path:
    paths = files_below(source, [".json"])
    if len(paths) != 1:
        names = ", ".join(path.name for path in paths[:3])
        found = f"expected one .json file, found {len(paths)}: {names}".rstrip(": ")
        raise TurboError(f"{source}: {found}", "name the COCO file itself, and its images with --images")
    return paths[0]


@dataclass(frozen=True)
class _Picture:
    """An image file or a frame of a video. camera, timestamp: unless the JSON says better."""

    path: Path
    width: int
    height: int
    camera: str
    video_frame: int | None = None
    timestamp: float | None = None
    fps: float | None = None


class _Pictures(Protocol):
    def find(self, image: dict[str, Any], place: Place, rows: int, report: Report) -> _Picture | None:
        """The picture of an entry of `images`; None, and a bad row, if there is none."""


def _pictures(images: Path | None, path: Path) -> _Pictures:
    if images is not None:
        return _Video(images) if images.is_file() and is_video(images) else _Files(images)
    files = _Files(path.parent.parent if path.parent.name == "annotations" else path.parent)
    videos = [other for other in path.parent.iterdir() if is_video(other)]
    return _Video(videos[0]) if len(videos) == 1 and files.finder.is_empty else files


class _Files:
    """Images in files; the folder in `file_name` is the camera, as fixed cameras are usually kept."""

    def __init__(self, root: Path) -> None:
        self.finder = ImageFinder(root)

    def find(self, image: dict[str, Any], place: Place, rows: int, report: Report) -> _Picture | None:
        name = str(_get(image, "file_name"))
        path = self.finder.find(name)
        size = measure(path, Place(place.file, key=f"{place.key} ({name})"), report, rows)
        folder = PurePosixPath(name).parent.as_posix()
        camera = self.finder.root.resolve().name if folder == "." else folder
        return _Picture(path, *size, camera) if path and size else None


class _Video:
    """Images that are frames of one video."""

    def __init__(self, path: Path) -> None:
        self.index = index_video(path)

    def find(self, image: dict[str, Any], place: Place, rows: int, report: Report) -> _Picture | None:
        index = self.index
        frame = whole_number(_get(image, "frame"), "frame")
        if not 0 <= frame < len(index):
            report.skip(Reason.OUT_OF_RANGE, place, f"frame {frame} of {len(index)}", rows)
            return None
        timestamp = float(index.timestamps[frame])
        return _Picture(index.path, index.width, index.height, index.path.stem, frame, timestamp, index.fps)


def _frame(
    image: dict[str, Any],
    image_id: int,
    boxes: tuple[SourceBox, ...],
    pictures: _Pictures,
    place: Place,
    report: Report,
) -> SourceFrame | None:
    rows = 1 + len(boxes)
    picture = pictures.find(image, place, rows, report)
    if picture is None:
        return None
    stated = (image.get("width") or picture.width, image.get("height") or picture.height)
    if stated != (picture.width, picture.height):
        detail = f"{stated[0]}×{stated[1]}, {picture.path} has {picture.width}×{picture.height}"
        report.skip(Reason.SIZE_DIFFERS, place, detail, rows)
        return None
    timestamp = image.get("timestamp", picture.timestamp)
    return SourceFrame(
        camera=str(image.get("camera") or picture.camera),
        picture=picture.path,
        width=picture.width,
        height=picture.height,
        boxes=boxes,
        regions=tuple(_regions(image, place, report)),
        video_frame=picture.video_frame,
        timestamp=None if timestamp is None else finite(timestamp, "timestamp"),
        fps=picture.fps,
        image_id=image_id,
    )


def _regions(image: dict[str, Any], place: Place, report: Report) -> Iterator[SourceRegion]:
    regions = image.get("ignore_regions") or []
    if not isinstance(regions, list):
        raise MalformedError("ignore_regions is no list")
    for index, region in enumerate(regions):
        here = Place(place.file, key=f"{place.key}.ignore_regions[{index}]")
        try:
            yield SourceRegion(_xywh(region, "region"), here)
        except MalformedError as error:
            report.skip(Reason.MALFORMED, here, str(error))


def _boxes_by_image(content: dict[str, Any], path: Path, report: Report) -> dict[int, list[SourceBox]]:
    names = _category_names(content["categories"], path)
    boxes: dict[int, list[SourceBox]] = defaultdict(list)
    for index, annotation in enumerate(content["annotations"]):
        place = Place(path, key=f"annotations[{index}]")
        try:
            image_id = whole_number(_get(annotation, "image_id"), "image_id")
            boxes[image_id].append(_box(annotation, names, place))
        except MalformedError as error:
            report.skip(Reason.MALFORMED, place, str(error))
    return boxes


def _category_names(categories: list[Any], path: Path) -> dict[int, str]:
    try:
        return {
            whole_number(_get(category, "id"), "id"): str(_get(category, "name")) for category in categories
        }
    except MalformedError as error:
        raise TurboError(f"{path}: categories: one {error}") from error


def _box(annotation: Any, names: dict[int, str], place: Place) -> SourceBox:
    category_id = whole_number(_get(annotation, "category_id"), "category_id")
    area, score = annotation.get("area"), annotation.get("score")
    return SourceBox(
        category=names.get(category_id, f"category_id {category_id}"),
        xywh=_xywh(_get(annotation, "bbox"), "bbox"),
        place=place,
        area=None if area is None else finite(area, "area"),
        iscrowd=bool(annotation.get("iscrowd")),
        ignore=bool(annotation.get("ignore")),
        score=None if score is None else finite(score, "score"),
    )


def _xywh(value: Any, name: str) -> Xywh:
    if not isinstance(value, list) or len(value) != 4:
        raise MalformedError(f"{name} is {value!r}, not [left, top, width, height]")
    left, top, width, height = (number(part, key) for part, key in zip(value, XYWH, strict=True))
    return left, top, width, height


def _get(row: Any, key: str) -> Any:
    if not isinstance(row, dict) or row.get(key) is None:
        raise MalformedError(f"has no {key}")
    return row[key]
