"""Glimpse: frames in which something new moves (Chen et al., SenSys 2015; §6.1)."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, label

from turbo_cli.boxes import BoolArray, FloatArray
from turbo_cli.pipelines.base import CameraFrame, Decision
from turbo_cli.pipelines.changes import changed_pixels, thumbnail

REACH = 3
"""Pixels of the thumbnail that an object may move between two frames and still be the same one."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """sent, last: thumbnails of the last frame sent, and of the last frame. moving: where it had changed."""

    sent: FloatArray
    last: FloatArray
    moving: BoolArray


class Glimpse:
    """Sends trigger frames (Glimpse's section on them): the scene has changed, or tracking has failed.

    Glimpse counts the pixels whose luminance changed by more than a threshold between two frames, and sends
    a frame if they are many; it follows objects from frame to frame, and sends a frame if that fails. Here
    what moves is followed as regions of change between successive frames: one that touches no region of the
    frame before is a new object. And if more than `drift` of the pixels changed since the last frame sent,
    the boxes of that frame are no good any more. Glimpse fits its thresholds to the camera; these are ours.

    difference: grey levels by which a pixel changes. size: pixels of the thumbnail that make an object.
    drift: share of the pixels.
    """

    def __init__(self, difference: float = 20.0, size: int = 6, drift: float = 0.03) -> None:
        self.difference, self.size, self.drift = difference, size, drift
        self._cameras: dict[str, _Seen] = {}

    def decide(self, frame: CameraFrame) -> Decision:
        """Send what shows a new object, and what has drifted from the last frame sent."""
        now = thumbnail(frame.pixels)
        seen = self._cameras.get(frame.camera)
        if seen is None or seen.last.shape != now.shape:
            self._cameras[frame.camera] = _Seen(now, now, np.zeros(now.shape, np.bool_))
            return Decision(True, "first frame")
        moving = changed_pixels(now, seen.last, self.difference)
        decision = self._judge(self._new_objects(moving, seen.moving), now, seen.sent)
        self._cameras[frame.camera] = _Seen(now if decision.sent else seen.sent, now, moving)
        return decision

    def forget(self, camera: str) -> None:
        """A camera has gone."""
        self._cameras.pop(camera, None)

    def _judge(self, new: int, now: FloatArray, sent: FloatArray) -> Decision:
        if new:
            return Decision(True, f"new objects: {new}")
        share = float(changed_pixels(now, sent, self.difference).mean())
        if share > self.drift:
            return Decision(True, f"changed since last sent: {share:.1%}")
        return Decision(False, "nothing new")

    def _new_objects(self, moving: BoolArray, before: BoolArray) -> int:
        regions, count = label(moving, np.ones((3, 3)))
        if not count:
            return 0
        sizes = np.bincount(regions.ravel(), minlength=count + 1)[1:]
        known = np.unique(regions[binary_dilation(before, np.ones((3, 3)), REACH)])
        return int((sizes >= self.size).sum() - (sizes[known[known > 0] - 1] >= self.size).sum())
