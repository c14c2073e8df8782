"""Other looks at the same frame for the same detector, and how their boxes come back to the frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice, product

import numpy as np
import torch

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.baselines import Baseline


@dataclass(frozen=True)
class View:
    """change: the frame as it is looked at, of any size.

    Then, if `mirrored`, left and right are changed back in its boxes, and `shift` (right, down) is taken off
    them, both in pixels of the frame.
    """

    change: Baseline
    mirrored: bool = False
    shift: tuple[int, int] = (0, 0)

    def undo(self, found: Detections, seen: Frame, frame: Frame) -> Detections:
        """Boxes in pixels of the changed frame `seen` → in pixels of `frame`, clipped to it."""
        height, width = frame.shape[:2]
        boxes = found.boxes_xyxy * np.tile([width / seen.shape[1], height / seen.shape[0]], 2)
        if self.mirrored:
            boxes = np.array([width, 0, width, 0]) + boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1]
        boxes = np.clip(boxes - np.tile(self.shift, 2), 0, np.tile([width, height], 2))
        return replace(found, boxes_xyxy=boxes.astype(np.float32))


def no_op(mirrored: bool, right: int, down: int) -> View:
    """The frame moved by a few pixels, its edge repeated, and then mirrored: no clearer for it."""

    def change(frame: Frame) -> Frame:
        height, width = frame.shape[:2]
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        moved = frame[rows[:, None], columns]
        return np.ascontiguousarray(moved[:, ::-1]) if mirrored else moved

    return View(change, mirrored, (right, down))


MIRRORED = no_op(True, 0, 0)
"""The control of merged boxes: a second pass of level 0 that knows nothing new."""


def no_ops(wanted: int) -> dict[str, View]:
    """As many different no-ops, the smallest moves first, by name."""

    def moves() -> Iterator[tuple[bool, int, int]]:
        for reach in count(1):
            steps = product((0, reach, -reach), (0, reach, -reach), (True, False))
            yield from ((mirrored, right, down) for right, down, mirrored in steps if right or down)

    moved = islice(moves(), max(0, wanted - 1))
    named = {f"{'mirrored ' * m}{right:+d}{down:+d}": no_op(m, right, down) for m, right, down in moved}
    return ({"mirrored": MIRRORED} | named) if wanted else {}


def detect_view(detector: SplitDetector, frames: Sequence[Frame], view: View) -> list[Detections]:
    """What the detector finds when it looks at the frames like this, in pixels of the frames."""
    seen = [view.change(frame) for frame in frames]
    with torch.inference_mode():
        images, geometry = detector.prepare(seen)
        found = detector.detect(detector.encode(images), geometry)
    return [view.undo(*one) for one in zip(found, seen, frames, strict=True)]
