"""Boxes drawn into frames, for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torchvision.utils import draw_bounding_boxes

from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.boxes import Detections, FloatArray
from turbo_cli.data.dataset import Dataset
from turbo_cli.progress import Track, untracked

PALETTE = ("#e6194b", "#3cb44b", "#ffe119", "#4363d8", "#f58231", "#42d4f4", "#f032e6", "#bfef45")


def draw_boxes(
    frame: NDArray[np.uint8],
    boxes_xyxy: FloatArray,
    labels: Sequence[str],
    category_ids: Sequence[int],
    width: int = 2,
) -> NDArray[np.uint8]:
    """A copy of the (H, W, 3) uint8 RGB frame with (N, 4) boxes, one colour a class, and their labels."""
    boxes = torch.from_numpy(np.asarray(boxes_xyxy, np.float32)).reshape(-1, 4)
    boxes[:, 2:] = torch.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    colors = [PALETTE[int(number) % len(PALETTE)] for number in category_ids]
    image = torch.from_numpy(frame).permute(2, 0, 1)
    if len(boxes) == 0:
        return frame.copy()
    drawn = draw_bounding_boxes(image, boxes, labels=list(labels), colors=colors, width=width)
    return np.ascontiguousarray(drawn.permute(1, 2, 0).numpy())


def draw_detections(
    frame: NDArray[np.uint8], detections: Detections, categories: Mapping[int, str]
) -> NDArray[np.uint8]:
    """A copy of the (H, W, 3) uint8 RGB frame with the boxes, their class names and scores."""
    ids = detections.category_ids.tolist()
    labels = [
        f"{categories[number]} {score:.2f}" for number, score in zip(ids, detections.scores, strict=True)
    ]
    return draw_boxes(frame, detections.boxes_xyxy, labels, ids)


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
