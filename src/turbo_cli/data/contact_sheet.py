"""A dataset at a glance: tiles of every camera with their boxes."""

import math
from collections import Counter

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.data.annotating import Found, annotated_frame
from turbo_cli.data.dataset import Dataset
from turbo_cli.data.drawing import color_of
from turbo_cli.data.statistics import frames_by_camera, spread
from turbo_cli.progress import Track, untracked

TILE = 480
GAP = 14
CAPTION = 26
HEADER = 84
COLUMNS = 4
BACKGROUND, TEXT, MUTED = "#14161a", "#f1f3f4", "#9aa0a6"


def contact_sheet(
    dataset: Dataset, tiles: int = 12, found: Found | None = None, track: Track = untracked
) -> Image.Image:
    """At most `tiles` frames, spread over the cameras and over their time, each with boxes and a caption."""
    chosen = choose_frames(dataset, tiles)
    columns = min(COLUMNS, math.ceil(math.sqrt(len(chosen))))
    sizes = [_tile_size(dataset, index) for index in chosen]
    rows = [sizes[begin : begin + columns] for begin in range(0, len(sizes), columns)]
    heights = [max(height for _, height in row) + CAPTION + GAP for row in rows]
    tops = [HEADER, *(HEADER + np.cumsum(heights)).tolist()]
    sheet = Image.new("RGB", (columns * (TILE + GAP) + GAP, tops[-1]), BACKGROUND)
    _draw_header(sheet, dataset)
    for place, index in enumerate(track(chosen, "drawing", len(chosen))):
        left, top = GAP + place % columns * (TILE + GAP), tops[place // columns]
        width, height = sizes[place]
        tile = Image.fromarray(annotated_frame(dataset, index, found, (width, height)))
        sheet.paste(tile, (left + (TILE - width) // 2, top))
        _draw_caption(sheet, dataset, index, (left, top + height + 5))
    return sheet


def choose_frames(dataset: Dataset, count: int) -> list[int]:
    """At most `count` frames: as many cameras as possible, each evenly over its time."""
    cameras = list(frames_by_camera(dataset).values())
    cameras = [cameras[position] for position in spread(range(len(cameras)), count)]
    share, extra = divmod(count, len(cameras))
    return [
        index
        for position, frames in enumerate(cameras)
        for index in spread(frames, share + (position < extra))
    ]


def _tile_size(dataset: Dataset, index: int) -> tuple[int, int]:
    """TILE wide, at most as high as wide."""
    info = dataset.frames[index]
    scale = TILE / max(info.width, info.height)
    return max(1, round(info.width * scale)), max(1, round(info.height * scale))


def _draw_header(sheet: Image.Image, dataset: Dataset) -> None:
    """Name and size of the dataset, and a legend of its classes with counts."""
    canvas = ImageDraw.Draw(sheet)
    cameras = len(frames_by_camera(dataset))
    title, small = ImageFont.load_default(24), ImageFont.load_default(16)
    path = dataset.path.resolve()
    name = path.parent.name if path.suffix == ".json" else path.name
    canvas.text((GAP, 12), name, fill=TEXT, font=title)
    facts = f"{_counted(len(dataset), 'frame')}, {_counted(cameras, 'camera')}"
    facts += "" if dataset.labelled else ", no labels"
    canvas.text((GAP * 2 + canvas.textlength(name, font=title), 18), facts, fill=MUTED, font=small)
    left = float(GAP)
    for number, count in _class_counts(dataset).most_common():
        label = f"{dataset.categories[number]} {count:,}"
        canvas.rectangle((left, 54, left + 12, 66), fill=color_of(number))
        canvas.text((left + 18, 50), label, fill=TEXT, font=small)
        left += 18 + canvas.textlength(label, font=small) + 20


def _draw_caption(sheet: Image.Image, dataset: Dataset, index: int, corner: tuple[int, int]) -> None:
    info = dataset.frames[index]
    canvas, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    canvas.text(corner, info.camera, fill=TEXT, font=font)
    facts = f"frame {info.index}, {info.timestamp:.1f} s"
    if dataset.labelled:
        facts += f", {_counted(len(dataset.targets(index)), 'box', 'boxes')}"
    left = corner[0] + TILE - canvas.textlength(facts, font=font)
    canvas.text((left, corner[1]), facts, fill=MUTED, font=font)


def _class_counts(dataset: Dataset) -> Counter[int]:
    return Counter(
        number for index in range(len(dataset)) for number in dataset.targets(index).category_ids.tolist()
    )


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
