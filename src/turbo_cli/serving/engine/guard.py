"""The guard: a level that harms a camera, which it was perhaps not trained for, is switched off for it.

Where detection comes first, both sets of boxes are at hand. A level keeps its place on a camera as long as
most of the confident level-0 boxes are found again in the enhanced frames, with about the same score. Until
it is proven there, detection does come first, and only frames that can speak for themselves are delivered.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torchvision.ops import box_iou

from turbo_cli.boxes import BoolArray, Detections, FloatArray
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.scheduling.gains import LEVELS
from turbo_cli.serving.engine.status import GuardState

CONFIDENT = 0.5
"""Score from which a level-0 box is one to be found again."""

SAME_OBJECT_IOU = 0.5

LEAST_SURVIVAL = 0.75
"""Share of the confident boxes that a single frame has to keep."""

LEAST_KEPT = 0.85
"""Share of the latest boxes that survived plus their mean change of score. Below it a level is off …"""

BACK_KEPT = 0.9
"""… and above this on again."""

LEAST_BOXES = 20.0
"""Fewer are too few to trust a level by …"""

LEAST_BOXES_AGAINST = 35.0
"""… and fewer than this to switch one off: a good one loses a handful of boxes in a bad moment."""

ENOUGH_ALONE = 3
"""Confident boxes by which a single frame can speak for itself while its level is not proven yet."""

BLIND_FRAMES = 100
"""After so many frames a level counts as proven, if they had too few confident boxes to judge by."""

NEW_FRAMES = 20
"""So many of a camera are detected first, to see which levels they want."""

RETRY = 50
"""One frame in so many of a camera may try what is switched off; its level-0 boxes are delivered."""

KEPT = 0.98
KEPT_OFF = 0.9
"""What each frame leaves of the weight of those before it; a retry counts more. It leaves all where there are
too few to judge a retry by: with one box a frame there would never be enough."""


@dataclass(frozen=True)
class _Record:
    """Weighted sums over a level's frames on one camera. change: of the scores of those that survived."""

    on: bool = True
    frames: int = 0
    confident: float = 0.0
    survived: float = 0.0
    change: float = 0.0

    def with_frame(self, confident: int, changes: FloatArray) -> "_Record":
        few = not confident or (not self.on and self.confident < LEAST_BOXES)
        kept = 1.0 if few else KEPT if self.on else KEPT_OFF
        seen = _Record(
            self.on,
            self.frames + 1,
            self.confident * kept + confident,
            self.survived * kept + len(changes),
            self.change * kept + float(changes.sum()),
        )
        return replace(seen, on=seen.holds())

    def holds(self) -> bool:
        if self.confident < (LEAST_BOXES_AGAINST if self.on else LEAST_BOXES):
            return self.on
        return self.kept >= (LEAST_KEPT if self.on else BACK_KEPT)

    @property
    def proven(self) -> bool:
        judged = self.confident >= LEAST_BOXES
        return self.on and (self.kept >= LEAST_KEPT if judged else self.frames >= BLIND_FRAMES)

    @property
    def kept(self) -> float:
        return self.survival + self.score_change

    @property
    def survival(self) -> float:
        return self.survived / self.confident if self.confident else 1.0

    @property
    def score_change(self) -> float:
        return self.change / self.survived if self.survived else 0.0


class Guard:
    """Watches every level on every camera."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, int], _Record] = {}
        self._frames: Counter[str] = Counter()

    def allowed(self, cameras: Sequence[str], may_judge: bool) -> BoolArray:
        """(m, 6): the levels that frames of these cameras may be brought to, in their order.

        may_judge: both sets of boxes will be there, so that a level may be tried; else it must be proven.
        """
        allowed = np.ones((len(cameras), LEVELS), np.bool_)
        for row, camera in enumerate(cameras):
            records = self._of(camera)
            if not may_judge:
                allowed[row, 1:] = [record.proven for record in records]
                continue
            self._frames[camera] += 1
            if self._frames[camera] % RETRY:
                allowed[row, 1:] = [record.on for record in records]
        return allowed

    def doubts(self, cameras: Iterable[str]) -> bool:
        """Whether one of these cameras is new, or wants a level that is not proven there yet."""
        return any(
            self._frames[camera] < NEW_FRAMES
            or any(record.frames and record.on and not record.proven for record in self._of(camera))
            for camera in set(cameras)
        )

    def judge(self, camera: str, level: int, plain: Detections, enhanced: Detections) -> bool:
        """Learn from a frame's two sets of boxes; whether the enhanced ones may be delivered.

        They may if they keep most confident boxes of the frame, and the level is proven on this camera or the
        frame has several.
        """
        confident = plain.above(CONFIDENT)
        changes = _score_changes(confident, enhanced.above(ROI_SCORE))
        record = self._record(camera, level).with_frame(len(confident), changes)
        self._records[camera, level] = record
        vouched = record.proven or (record.on and len(confident) >= ENOUGH_ALONE)
        return vouched and len(changes) >= LEAST_SURVIVAL * len(confident)

    def forget(self, camera: str) -> None:
        """A camera has gone."""
        self._records = {key: record for key, record in self._records.items() if key[0] != camera}
        del self._frames[camera]

    def states(self) -> tuple[GuardState, ...]:
        """What is known, by camera and level."""
        return tuple(
            GuardState(camera, level, record.on, record.survival, record.score_change, record.confident)
            for (camera, level), record in sorted(self._records.items())
        )

    def _record(self, camera: str, level: int) -> _Record:
        return self._records.get((camera, level), _Record())

    def _of(self, camera: str) -> list[_Record]:
        return [self._record(camera, level) for level in range(1, LEVELS)]


def _score_changes(confident: Detections, enhanced: Detections) -> FloatArray:
    """(S,): how much higher the score of its counterpart is, for each confident box that has one."""
    if not len(confident) or not len(enhanced):
        return np.zeros(0, np.float32)
    ious = box_iou(torch.from_numpy(confident.boxes_xyxy), torch.from_numpy(enhanced.boxes_xyxy)).numpy()
    same = (ious >= SAME_OBJECT_IOU) & (confident.category_ids[:, None] == enhanced.category_ids)
    best = np.where(same, enhanced.scores, -1.0).max(axis=1)
    changes: FloatArray = (best - confident.scores)[best >= 0]
    return changes
