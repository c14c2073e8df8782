"""How much a frame differs from another one of the same fixed camera."""

import math

import numpy as np
from PIL import Image

from turbo_cli.boxes import BoolArray, FloatArray
from turbo_cli.data.images import Frame

WIDTH = 160
"""Pixels across of the copies that are compared: enough to see a far car, too few to see noise."""


def thumbnail(frame: Frame) -> FloatArray:
    """(H, W, 3) uint8 RGB → (h, `WIDTH`) float32 brightness in [0, 255], each pixel a mean."""
    height, width = frame.shape[:2]
    size = (WIDTH, max(1, round(height * WIDTH / width)))
    return np.asarray(Image.fromarray(frame).convert("L").resize(size, Image.Resampling.BOX), np.float32)


def changed_pixels(one: FloatArray, other: FloatArray, difference: float) -> BoolArray:
    """(h, w) bool: where the brightness differs by more than `difference` grey levels."""
    changed: BoolArray = np.abs(one - other) > difference
    return changed


def mean_square(one: FloatArray, other: FloatArray | None) -> float:
    """Mean squared difference of two thumbnails in grey levels²; infinite to none, or one of another size."""
    if other is None or other.shape != one.shape:
        return math.inf
    return float(np.square(one - other).mean())
