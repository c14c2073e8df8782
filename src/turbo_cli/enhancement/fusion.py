"""Merging an enhanced frame's boxes with those of level 0, where both are at hand (detect-first)."""

from typing import Literal

import numpy as np
import torch
from torchvision.ops import batched_nms, box_iou

from turbo_cli.boxes import Detections, FloatArray

Fusion = Literal["none", "union", "weighted"]

SAME_OBJECT_IOU = 0.55


def fuse(plain: Detections, enhanced: Detections, fusion: Fusion) -> Detections:
    """Level-0 boxes and enhanced boxes of one frame → one set, best first.

    none: the enhanced boxes. union: both, duplicates of a class suppressed. weighted: as union, and each
    kept box becomes the score-weighted mean of those that it stands for; it keeps the highest score.
    """
    if fusion == "none":
        return enhanced
    both = Detections(
        np.concatenate([plain.boxes_xyxy, enhanced.boxes_xyxy]),
        np.concatenate([plain.scores, enhanced.scores]),
        np.concatenate([plain.category_ids, enhanced.category_ids]),
    )
    boxes, scores, ids = map(torch.from_numpy, (both.boxes_xyxy, both.scores, both.category_ids))
    kept = batched_nms(boxes, scores, ids, SAME_OBJECT_IOU).numpy()
    merged = both.boxes_xyxy[kept] if fusion == "union" else _weighted(both, kept)
    return Detections(merged, both.scores[kept], both.category_ids[kept])


def _weighted(both: Detections, kept: np.ndarray) -> FloatArray:
    boxes = torch.from_numpy(both.boxes_xyxy)
    same = box_iou(boxes[kept], boxes).numpy() > SAME_OBJECT_IOU
    same &= both.category_ids[kept][:, None] == both.category_ids[None]
    weights = same * both.scores
    # A box of score 0 stands for itself alone.
    weights[np.arange(len(kept)), kept] += np.finfo(np.float32).tiny
    means: FloatArray = (weights @ both.boxes_xyxy / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return means
