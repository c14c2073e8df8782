"""Boxes drawn into frames, for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.boxes import Detections, FloatArray, Targets
from turbo_cli.data.dataset import Dataset
from turbo_cli.progress import Track, untracked

PALETTE = ("#e6194b", "#3cb44b", "#ffe119", "#4363d8", "#f58231", "#42d4f4", "#f032e6", "#bfef45")
IGNORED = "#9aa0a6"
REFERENCE = "#ffffff"
"""Ground truth that detections are drawn over."""

VEIL = 0.55
"""How dark a region that does not count is drawn."""


def color_of(category_id: int) -> str:
    """The colour of a class, the same in every picture."""
    return PALETTE[category_id % len(PALETTE)]


def draw_boxes(
    frame: NDArray[np.uint8],
    boxes_xyxy: FloatArray,
    labels: Sequence[str],
    colors: Sequence[str],
    width: int = 2,
    text: float = 1 / 42,
) -> NDArray[np.uint8]:
    """A copy of the (H, W, 3) uint8 RGB frame with (N, 4) boxes and their labels, empty ones left out.

    text: height of the labels as a share of the frame's.
    """
    image = Image.fromarray(frame)
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(11, round(image.height * text)))
    for box, color in zip(boxes_xyxy.tolist(), colors, strict=True):
        left, top, right, bottom = box
        canvas.rectangle((left, top, max(left, right), max(top, bottom)), outline=color, width=width)
    for box, label, color in zip(boxes_xyxy.tolist(), labels, colors, strict=True):
        if label:
            _draw_label(canvas, (box[0], box[1]), label, color, font)
    return np.array(image)


def draw_targets(
    frame: NDArray[np.uint8], targets: Targets, categories: Mapping[int, str], width: int = 2
) -> NDArray[np.uint8]:
    """A copy of the frame with its ground truth: names where they fit, in grey what does not count."""
    veiled = veil(frame, targets.ignore_regions_xyxy)
    ids, ignored = targets.category_ids.tolist(), targets.ignore.tolist()
    names = fitting_names(targets.boxes_xyxy, ids, categories)
    labels = ["" if skip else name for name, skip in zip(names, ignored, strict=True)]
    colors = [IGNORED if skip else color_of(number) for number, skip in zip(ids, ignored, strict=True)]
    return draw_boxes(veiled, targets.boxes_xyxy, labels, colors, width)


def veil(frame: NDArray[np.uint8], regions_xyxy: FloatArray) -> NDArray[np.uint8]:
    """A copy of the (H, W, 3) uint8 RGB frame, darker in the (R, 4) regions that do not count."""
    height, width = frame.shape[:2]
    veiled = frame.copy()
    for left, top, right, bottom in regions_xyxy.round().astype(int).clip(0, max(width, height)).tolist():
        veiled[top:bottom, left:right] = frame[top:bottom, left:right] * VEIL
    return veiled


def draw_detections(
    frame: NDArray[np.uint8], detections: Detections, categories: Mapping[int, str]
) -> NDArray[np.uint8]:
    """A copy of the (H, W, 3) uint8 RGB frame with boxes, scores, and class names where they fit."""
    ids, boxes = detections.category_ids.tolist(), detections.boxes_xyxy
    names = fitting_names(boxes, ids, categories)
    labels = [f"{name} {score:.2f}".strip() for name, score in zip(names, detections.scores, strict=True)]
    return draw_boxes(frame, boxes, labels, [color_of(number) for number in ids])


def draw_frames(
    folder: Path,
    dataset: Dataset,
    detections: Sequence[Detections],
    categories: Mapping[int, str],
    score: float,
    track: Track = untracked,
) -> None:
    """Write every frame with its boxes of at least `score` as folder/IMAGE_ID.jpg, or nothing at all.

    Raises `TurboError` if the folder holds anything already.
    """
    with replacing_folder(folder) as temporary:
        for i, info in enumerate(track(dataset.frames, "drawing", len(dataset))):
            drawn = draw_detections(dataset.frame(i), detections[i].above(score), categories)
            Image.fromarray(drawn).save(temporary / f"{info.image_id:06d}.jpg", quality=90)


def _draw_label(
    canvas: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    label: str,
    color: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """A chip on the box's upper edge, moved inside where it would leave the picture."""
    _, _, right, bottom = canvas.textbbox((0, 0), label, font=font)
    left = max(0, min(corner[0], canvas.im.size[0] - right - 4))
    top = max(0, corner[1] - bottom - 3)
    canvas.rectangle((left, top, left + right + 4, top + bottom + 3), fill=color)
    red, green, blue = ImageColor.getrgb(color)[:3]
    bright = 0.299 * red + 0.587 * green + 0.114 * blue > 140
    canvas.text((left + 2, top + 1), label, fill="black" if bright else "white", font=font)


def fitting_names(
    boxes_xyxy: FloatArray, category_ids: Sequence[int], categories: Mapping[int, str]
) -> list[str]:
    """Class names of the boxes that are about as wide as the name, else nothing."""
    names = [categories.get(number, f"class {number}") for number in category_ids]
    widths = (boxes_xyxy[:, 2] - boxes_xyxy[:, 0]).tolist()
    return [name if width > 6 * len(name) else "" for name, width in zip(names, widths, strict=True)]
