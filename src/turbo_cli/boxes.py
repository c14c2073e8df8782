"""Boxes as arrays: what detectors return, what datasets know, and how one becomes the other's shape."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def _no_boxes() -> FloatArray:
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True, eq=False)
class Detections:
    """The boxes that a detector found in one frame, best score first.

    boxes_xyxy: (N, 4) float32, left, top, right, bottom in source pixels.
    scores: (N,) float32 in [0, 1].
    category_ids: (N,) int64, COCO's ids (1…90) or 1000 and up for classes that COCO lacks.
    """

    boxes_xyxy: FloatArray
    scores: FloatArray
    category_ids: IntArray

    def __post_init__(self) -> None:
        count = len(self.boxes_xyxy)
        shapes = (self.boxes_xyxy.shape, self.scores.shape, self.category_ids.shape)
        if shapes != ((count, 4), (count,), (count,)):
            raise ValueError(f"expected shapes (N, 4), (N,), (N,), got {shapes}")

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    @staticmethod
    def empty() -> "Detections":
        """No boxes at all."""
        return Detections(_no_boxes(), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def above(self, score: float) -> "Detections":
        """Only the detections whose score is at least `score`."""
        keep = self.scores >= score
        return Detections(self.boxes_xyxy[keep], self.scores[keep], self.category_ids[keep])


@dataclass(frozen=True, eq=False)
class Targets:
    """The ground truth of one frame.

    boxes_xyxy: (N, 4) float32, left, top, right, bottom in source pixels.
    category_ids: (N,) int64, as in `Detections`.
    ignore: (N,) bool; an ignored box is neither a hit nor a miss.
    ignore_regions_xyxy: (R, 4) float32; what lies there counts neither way.
    crowd: (N,) bool, which of the ignored boxes are around many objects, any number of which may be found
    there (COCO's `iscrowd`); None: no box is.
    """

    boxes_xyxy: FloatArray
    category_ids: IntArray
    ignore: BoolArray
    ignore_regions_xyxy: FloatArray = field(default_factory=_no_boxes)
    crowd: BoolArray | None = None

    def __post_init__(self) -> None:
        count = len(self.boxes_xyxy)
        shapes = (self.boxes_xyxy.shape, self.category_ids.shape, self.ignore.shape)
        if shapes != ((count, 4), (count,), (count,)):
            raise ValueError(f"expected shapes (N, 4), (N,), (N,), got {shapes}")
        if self.ignore_regions_xyxy.shape[1:] != (4,):
            raise ValueError(f"expected ignore regions (R, 4), got {self.ignore_regions_xyxy.shape}")
        if self.crowd is not None and (self.crowd.shape != (count,) or (self.crowd & ~self.ignore).any()):
            raise ValueError(f"expected crowd ({count},), all of them ignored, got {self.crowd}")

    def __len__(self) -> int:
        return len(self.boxes_xyxy)


def xyxy_to_xywh(boxes: FloatArray) -> FloatArray:
    """(N, 4) left, top, right, bottom → left, top, width, height (COCO's order)."""
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def xywh_to_xyxy(boxes: FloatArray) -> FloatArray:
    """(N, 4) left, top, width, height (COCO's order) → left, top, right, bottom."""
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def centres_inside(boxes_xyxy: FloatArray, regions_xyxy: FloatArray) -> BoolArray:
    """(N,) bool: whether each box's centre lies in any of the (R, 4) regions."""
    centres = (boxes_xyxy[:, None, :2] + boxes_xyxy[:, None, 2:]) / 2
    inside: BoolArray = (centres >= regions_xyxy[None, :, :2]) & (centres <= regions_xyxy[None, :, 2:])
    any_region: BoolArray = np.any(np.all(inside, axis=2), axis=1)
    return any_region
