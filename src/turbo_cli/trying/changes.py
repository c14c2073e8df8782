"""Which boxes a user is shown, and which of them an enhanced frame gains and loses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torchvision.ops import box_iou

from turbo_cli.boxes import BoolArray, Detections, IntArray
from turbo_cli.metrics import Classes, class_of_category

SAME_OBJECT_IOU = 0.5
"""Two boxes of a class that overlap so much are of one object, as in AP50."""


@dataclass(frozen=True)
class Shown:
    """What counts as a box: score from `score` on, a class of `names` by id after merging.

    merged: the id that a category's boxes get; None: all classes as they are.
    """

    score: float
    names: Mapping[int, str]
    merged: Mapping[int, int] | None = None

    def of(self, found: Detections) -> Detections:
        """Those of the boxes that are shown."""
        confident = found.above(self.score)
        if self.merged is None:
            return confident
        ids = confident.category_ids
        known = _select(confident, np.isin(ids, list(self.merged)))
        return replace(
            known, category_ids=np.array([self.merged[k] for k in known.category_ids.tolist()], int)
        )


def make_shown(categories: Mapping[int, str], classes: Classes | None, score: float) -> Shown:
    """What is shown of a detector's boxes. Raises `TurboError` for classes that it does not know."""
    if classes is None:
        return Shown(score, categories)
    return Shown(score, dict(enumerate(classes)), class_of_category(categories, classes))


@dataclass(frozen=True, eq=False)
class Changes:
    """Boxes before and after enhancement.

    kept: those of level 0 that were found again, and again: as they were, in the same order. gained: only
    after. lost: only before.
    """

    kept: Detections
    again: Detections
    gained: Detections
    lost: Detections

    @property
    def count(self) -> int:
        """Boxes gained and lost."""
        return len(self.gained) + len(self.lost)


def compare(before: Detections, after: Detections) -> Changes:
    """Pair the boxes of each class one to one by greatest overlap; what is left over was lost or gained."""
    ious = box_iou(torch.from_numpy(before.boxes_xyxy), torch.from_numpy(after.boxes_xyxy)).numpy()
    overlap = np.where(before.category_ids[:, None] == after.category_ids, ious, 0)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    same = overlap[rows, columns] >= SAME_OBJECT_IOU
    rows, columns = rows[same], columns[same]
    gained, lost = (
        np.delete(np.arange(len(one)), known) for one, known in ((after, columns), (before, rows))
    )
    return Changes(
        _select(before, rows), _select(after, columns), _select(after, gained), _select(before, lost)
    )


def _select(found: Detections, chosen: IntArray | BoolArray) -> Detections:
    return Detections(found.boxes_xyxy[chosen], found.scores[chosen], found.category_ids[chosen])
