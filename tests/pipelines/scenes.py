"""A street of squares, and a cheap detector that sees them exactly."""

from collections.abc import Sequence

import numpy as np

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.pipelines import CameraFrame, Decision, Pipeline

SIDE = 24


def scene(*lefts: int, brightness: int = 200) -> Frame:
    """180×320 grey with a bright square at each of `lefts` (pixels from the left, in rows of their own)."""
    pixels = np.full((180, 320, 3), 90, np.uint8)
    for row, left in enumerate(lefts):
        top = 10 + row * (SIDE + 10)
        pixels[top : top + SIDE, left : left + SIDE] = brightness
    return pixels


def count_squares(frame: Frame) -> Detections:
    """A box for each square of `scene`; its score is its brightness, 200 → 0.78."""
    tops = range(10, frame.shape[0] - SIDE, SIDE + 10)
    brightest = [int(frame[top + SIDE // 2].max()) for top in tops]
    scores = np.array([value / 255 for value in brightest if value > 90], np.float32)
    return Detections(np.zeros((len(scores), 4), np.float32), scores, np.full(len(scores), 3))


def decide_all(
    pipeline: Pipeline, frames: Sequence[Frame], camera: str = "north", fps: float = 10.0
) -> list[Decision]:
    """What becomes of the frames of one camera."""
    return [pipeline.decide(CameraFrame(camera, i, frame, i / fps)) for i, frame in enumerate(frames)]
