"""Boxes drawn into frames, for people."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.utils import draw_bounding_boxes

from turbo_cli.boxes import FloatArray

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
