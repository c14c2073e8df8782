"""From frames as a source has them to a dataset: boxes checked and clipped, classes mapped, ids given."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from turbo_cli.artifacts.dataset import Annotation, Category, DatasetFile, Image, Xywh
from turbo_cli.coco import COCO_IDS, FIRST_FREE_ID
from turbo_cli.data.importers.classes import ClassMap
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.data.importers.source import SourceBox, SourceFrame
from turbo_cli.data.sequences import sequence_of
from turbo_cli.data.sources import SECONDS_PER_IMAGE

SLACK = 0.01
"""Pixels that a box may stick out by rounding alone; more counts as clipped."""

Locate = Callable[[Path, str], str]
"""From a picture and its camera to the picture's path as the dataset writes it."""


@dataclass(frozen=True)
class _Kept:
    """A box that is good, under its class's name in the dataset."""

    name: str
    image_id: int
    xywh: Xywh
    box: SourceBox


def convert(
    frames: Iterable[SourceFrame], classes: ClassMap, report: Report, locate: Locate, labelled: bool
) -> DatasetFile:
    """The dataset of all frames, camera by camera in the order they came.

    Image ids are the source's own where it gives them to every frame, else 1, 2, ….
    """
    images: list[Image] = []
    kept: list[_Kept] = []
    cameras: dict[str, list[Image]] = {}
    rates: dict[str, float | None] = {}
    for number, frame in enumerate(frames, start=1):
        image_id = number if frame.image_id is None else frame.image_id
        camera = cameras.setdefault(frame.camera, [])
        rates.setdefault(frame.camera, frame.fps)
        images.append(_image(frame, image_id, len(camera), locate, report))
        camera.append(images[-1])
        boxes = (_checked(box, image_id, frame, classes, report) for box in frame.boxes)
        kept.extend(box for box in boxes if box is not None)
        report.good_rows += 1
    report.good_rows += len(kept)
    ids = _category_ids({box.name for box in kept})
    return DatasetFile(
        images=tuple(images),
        annotations=tuple(_annotation(number, box, ids) for number, box in enumerate(kept, start=1)),
        categories=tuple(Category(id=ids[name], name=name) for name in sorted(ids, key=ids.__getitem__)),
        sequences=tuple(sequence_of(own, rates[camera]) for camera, own in cameras.items()),
        labelled=labelled,
    )


def _image(frame: SourceFrame, image_id: int, index: int, locate: Locate, report: Report) -> Image:
    path = locate(frame.picture, frame.camera)
    regions = (_fit(region.xywh, frame, region.place, report) for region in frame.regions)
    return Image(
        id=image_id,
        width=frame.width,
        height=frame.height,
        file_name=path if frame.video_frame is None else None,
        video=path if frame.video_frame is not None else None,
        frame=frame.video_frame,
        camera=frame.camera,
        frame_index=index,
        timestamp=index * SECONDS_PER_IMAGE if frame.timestamp is None else frame.timestamp,
        ignore_regions=tuple(region for region in regions if region is not None),
    )


def _checked(
    box: SourceBox, image_id: int, frame: SourceFrame, classes: ClassMap, report: Report
) -> _Kept | None:
    if box.category not in classes:
        report.skip(Reason.UNKNOWN_CLASS, box.place, box.category)
        return None
    name = classes[box.category]
    if name is None:
        report.dropped[box.category] += 1
        report.good_rows += 1
        return None
    xywh = _fit(box.xywh, frame, box.place, report)
    if xywh is None:
        return None
    if max(abs(new - old) for new, old in zip(xywh, box.xywh, strict=True)) > SLACK:
        report.clipped += 1
    return _Kept(name, image_id, xywh, box)


def _fit(xywh: Xywh, frame: SourceFrame, place: Place, report: Report) -> Xywh | None:
    """The part of the box that lies in the image; None, and a bad row, if there is none."""
    left, top, width, height = xywh
    right, bottom = left + width, top + height
    if not math.isfinite(left + top + right + bottom):
        reason = Reason.NOT_FINITE
    elif width <= 0 or height <= 0:
        reason = Reason.ZERO_AREA
    elif left >= frame.width or top >= frame.height or right <= 0 or bottom <= 0:
        reason = Reason.OUTSIDE
    elif left >= 0 and top >= 0 and right <= frame.width and bottom <= frame.height:
        return xywh
    else:
        left, top = max(left, 0.0), max(top, 0.0)
        return left, top, min(right, frame.width) - left, min(bottom, frame.height) - top
    report.skip(reason, place, f"{list(xywh)} in {frame.width}×{frame.height}")
    return None


def _category_ids(names: set[str]) -> dict[str, int]:
    """COCO's id where COCO has the name, 1000 and up in alphabetical order otherwise."""
    new = sorted(names - COCO_IDS.keys())
    ids = {name: COCO_IDS[name] for name in names & COCO_IDS.keys()}
    return ids | {name: number for number, name in enumerate(new, start=FIRST_FREE_ID)}


def _annotation(number: int, kept: _Kept, ids: dict[str, int]) -> Annotation:
    """A source's own area (a mask's) holds as long as the box could be that large."""
    area = kept.xywh[2] * kept.xywh[3]
    return Annotation(
        id=number,
        image_id=kept.image_id,
        category_id=ids[kept.name],
        bbox=kept.xywh,
        area=area if kept.box.area is None else min(kept.box.area, area),
        iscrowd=int(kept.box.iscrowd),
        ignore=int(kept.box.ignore),
        score=kept.box.score,
    )
