"""BDD100K: the detection labels of 2020 (one JSON of all frames) and the older ones (a JSON an image)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turbo_cli.data.importers.numbers import MalformedError, numbers
from turbo_cli.data.importers.reading import ImageFinder, files_below, measure, read_json
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.data.importers.source import SourceBox, SourceFrame
from turbo_cli.errors import TurboError

CORNERS = ("x1", "y1", "x2", "y2")


def read_frames(source: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    """Frames of every JSON file; images are found by name, anywhere below `images` or the source's folder.

    Each image is of another drive, so a camera is a label file of 2020 or, of the older ones, their folder
    (`train`, `val`); `videoName` is taken where there is one.
    """
    paths = files_below(source, [".json"])
    if not paths:
        raise TurboError(f"{source}: no BDD100K .json file in it")
    finder = ImageFinder(images or (source.parent if source.is_file() else source))
    seen: set[tuple[str, str]] = set()
    for path in paths:
        content = read_json(path)
        per_image = isinstance(content, dict) and "name" in content
        camera = path.parent.name if per_image else path.stem
        frames = [_flattened(content, path)] if per_image else _frames_of_2020(content, path)
        for index, frame in enumerate(frames):
            place = Place(path, key=None if per_image else f"frames[{index}]")
            found = _frame(frame, camera, place, finder, report, seen)
            if found is not None:
                yield found


def _frames_of_2020(content: Any, path: Path) -> list[Any]:
    """A list of frames, bare or (Scalabel's way) under `frames`."""
    frames: Any = content.get("frames") if isinstance(content, dict) else content
    is_bdd = isinstance(frames, list) and all(isinstance(frame, dict) and "name" in frame for frame in frames)
    if not is_bdd:
        is_coco = isinstance(content, dict) and "annotations" in content
        hint = "it looks like COCO: use `coco`" if is_coco else None
        raise TurboError(f"{path}: not a BDD100K file: expected a list of frames, each with a name", hint)
    return list(frames)


def _flattened(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """The older file as a frame of 2020: its one frame's `objects` are the labels, its name lacks `.jpg`."""
    frames = content.get("frames")
    if not isinstance(frames, list) or len(frames) != 1 or not isinstance(frames[0], dict):
        raise TurboError(f"{path}: not a BDD100K file: expected `frames` with one frame that has `objects`")
    return {"name": f"{content['name']}.jpg", "labels": frames[0].get("objects")}


def _frame(
    frame: dict[str, Any],
    camera: str,
    place: Place,
    finder: ImageFinder,
    report: Report,
    seen: set[tuple[str, str]],
) -> SourceFrame | None:
    name = str(frame["name"])
    camera = str(frame.get("videoName") or camera)
    boxes = tuple(_boxes(frame.get("labels") or [], place, report))
    if (camera, name) in seen:
        report.skip(Reason.DUPLICATE, place, name, 1 + len(boxes))
        return None
    seen.add((camera, name))
    picture = finder.find(name)
    size = measure(picture, Place(place.file, key=place.key or name), report, 1 + len(boxes))
    return SourceFrame(camera, picture, *size, boxes=boxes) if picture and size else None


def _boxes(labels: Any, place: Place, report: Report) -> Iterator[SourceBox]:
    """Labels with a `box2d`; lanes and drivable areas have none and are none of ours."""
    if not isinstance(labels, list):
        report.skip(Reason.MALFORMED, place, "labels are no list")
        return
    for index, label in enumerate(labels):
        here = Place(place.file, key=f"{place.key or 'frames[0]'}.labels[{index}]")
        try:
            if isinstance(label, dict) and label.get("box2d") is None:
                continue
            yield _box(label, here)
        except MalformedError as error:
            report.skip(Reason.MALFORMED, here, str(error))


def _box(label: Any, place: Place) -> SourceBox:
    if not isinstance(label, dict) or not isinstance(label["box2d"], dict):
        raise MalformedError("is no label with a box2d")
    if not isinstance(label.get("category"), str):
        raise MalformedError("has no category")
    left, top, right, bottom = numbers(label["box2d"], CORNERS)
    return SourceBox(label["category"], (left, top, right - left, bottom - top), place)
