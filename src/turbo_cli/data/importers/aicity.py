"""AI City Challenge, multi-camera vehicles: MOT text, a video and the mask of its region of interest."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from turbo_cli.data.importers.masks import Mask, outside_rectangles, read_mask
from turbo_cli.data.importers.numbers import MalformedError, number, whole_number
from turbo_cli.data.importers.reading import files_below, read_text
from turbo_cli.data.importers.report import Place, Reason, Report
from turbo_cli.data.importers.source import SourceBox, SourceFrame, SourceRegion
from turbo_cli.data.importers.video import video_frame
from turbo_cli.data.video import is_video
from turbo_cli.data.video_index import index_video
from turbo_cli.errors import TurboError

COLUMNS = ("frame", "id", "left", "top", "width", "height", "conf", "class")
ROI_NAMES = ("roi.jpg", "roi.png")


def read_frames(source: Path, images: Path | None, report: Report) -> Iterator[SourceFrame]:
    """Every frame of every camera folder with a video, a `gt.txt` (there or in its `gt`), perhaps a mask.

    Boxes whose centre lies outside the mask are ignored, and what lies outside becomes ignore regions.
    """
    paths = [path for path in files_below(source, [".txt"]) if source.is_file() or path.name == "gt.txt"]
    if not paths:
        raise TurboError(f"{source}: no gt.txt in it, as AI City's camera folders have")
    for path in paths:
        folder = path.parent.parent if path.parent.name == "gt" else path.parent
        within = folder.relative_to(source) if source.is_dir() and folder != source.parent else Path()
        camera = within.as_posix() if within.parts else folder.resolve().name
        yield from _camera(path, folder, camera, report)


def _camera(path: Path, folder: Path, camera: str, report: Report) -> Iterator[SourceFrame]:
    boxes = _read_boxes(path, report)
    index = index_video(_video(folder))
    mask = _mask(folder, index.width, index.height)
    regions = _regions(mask, folder)
    for frame in range(len(index)):
        own = boxes.pop(frame + 1, [])
        checked = own if mask is None else [_masked(box, mask) for box in own]
        yield replace(video_frame(index, frame, camera), boxes=tuple(checked), regions=regions)
    for wrong, strays in boxes.items():
        for box in strays:
            report.skip(Reason.OUT_OF_RANGE, box.place, f"{wrong} of {len(index)}")


def _video(folder: Path) -> Path:
    videos = sorted(path for path in folder.iterdir() if is_video(path))
    if len(videos) != 1:
        raise TurboError(f"{folder}: expected one video beside the ground truth, found {len(videos)}")
    return videos[0]


def _mask(folder: Path, width: int, height: int) -> Mask | None:
    path = next((folder / name for name in ROI_NAMES if (folder / name).is_file()), None)
    if path is None:
        return None
    mask = read_mask(path)
    if mask.shape != (height, width):
        raise TurboError(f"{path}: is {mask.shape[1]}×{mask.shape[0]}, the video {width}×{height}")
    return mask


def _regions(mask: Mask | None, folder: Path) -> tuple[SourceRegion, ...]:
    rectangles = () if mask is None else outside_rectangles(mask)
    return tuple(SourceRegion(rectangle, Place(folder / ROI_NAMES[0])) for rectangle in rectangles)


def _masked(box: SourceBox, mask: Mask) -> SourceBox:
    """The box, ignored if its centre is a pixel of the image outside the mask."""
    left, top, width, height = box.xywh
    x, y = left + width / 2, top + height / 2
    rows, columns = mask.shape
    if 0 <= x < columns and 0 <= y < rows and not mask[int(y), int(x)]:
        return replace(box, ignore=True)
    return box


def _read_boxes(path: Path, report: Report) -> dict[int, list[SourceBox]]:
    """Boxes by frame number, from 1."""
    boxes: dict[int, list[SourceBox]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    for line, text in enumerate(read_text(path).splitlines(), start=1):
        if not text.strip():
            continue
        place = Place(path, line)
        try:
            frame, track, box = _row(text, place)
        except MalformedError as error:
            report.skip(Reason.MALFORMED, place, str(error))
            continue
        if (frame, track) in seen and track >= 0:
            report.skip(Reason.DUPLICATE, place, f"vehicle {track} in frame {frame}")
            continue
        seen.add((frame, track))
        boxes[frame].append(box)
    return boxes


def _row(text: str, place: Place) -> tuple[int, int, SourceBox]:
    """`frame,id,left,top,width,height[,conf[,class,…]]`; conf 0 is MOT's mark for a box that does not count.

    AI City writes −1 as the class: a vehicle. Another number is the class's name, for `--classes` to map.
    """
    cells = [cell.strip() for cell in text.split(",")]
    if len(cells) < 6:
        raise MalformedError(f"{len(cells)} columns, expected at least {', '.join(COLUMNS[:6])}")
    values = dict(zip(COLUMNS, cells, strict=False))
    left, top, width, height = (number(values[name], name) for name in COLUMNS[2:6])
    ignore = number(values.get("conf", 1), "conf") == 0
    category = "vehicle" if values.get("class", "-1") == "-1" else values["class"]
    box = SourceBox(category, (left, top, width, height), place, ignore=ignore)
    return whole_number(values["frame"], "frame"), whole_number(values["id"], "id"), box
