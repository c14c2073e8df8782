"""How wrong predictions are: against ground truth, and against a teacher's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import box_iou, complete_box_iou_loss

from turbo_cli.boxes import FloatArray, Targets, centres_inside
from turbo_cli.detectors.tiny.network import PYRAMID_STRIDES, Predictions

POINTS_PER_BOX = 10
LEAST_DESERVED = 0.05
"""What the best point of a box deserves even when nothing fits yet, so that learning can begin."""

BOX_WEIGHT = 5.0
CONFIDENT = 0.3
"""Score from which a teacher's box is worth copying."""


@dataclass(frozen=True)
class Assignment:
    """What each of the N points of one image should say.

    scores: (N, classes) soft targets in [0, 1]: how well the point's own box fits where it answers for one.
    boxes: (N, 4) input pixels, meaningful where `scores` is not zero. counted: (N,) bool.
    """

    scores: Tensor
    boxes: Tensor
    counted: Tensor


def detection_loss(
    predictions: Predictions, targets: Sequence[Targets], category_ids: Sequence[int]
) -> Tensor:
    """Binary cross-entropy on soft scores plus complete IoU on boxes, over the sum of the soft scores.

    targets: one an image, in input pixels; classes outside `category_ids` are background. The points that
    answer for a box are chosen by how well they do already (task-aligned assignment, TOOD, 2021).
    """
    boxes = predictions.boxes()
    with torch.no_grad():
        assignments = [
            assign(predictions.points, image, boxes[index], target, category_ids)
            for index, (image, target) in enumerate(zip(predictions.logits.sigmoid(), targets, strict=True))
        ]
        wanted = torch.stack([assignment.scores for assignment in assignments])
        wanted_boxes = torch.stack([assignment.boxes for assignment in assignments])
        counted = torch.stack([assignment.counted for assignment in assignments])
        weights = wanted.sum(-1)
        total = weights.sum().clamp(min=1)
    entropies = F.binary_cross_entropy_with_logits(predictions.logits, wanted, reduction="none")
    positive = weights > 0
    misfits = complete_box_iou_loss(boxes[positive], wanted_boxes[positive]) * weights[positive]
    loss: Tensor = (entropies[counted].sum() + BOX_WEIGHT * misfits.sum()) / total
    return loss


def assign(
    points: Tensor, scores: Tensor, boxes: Tensor, targets: Targets, category_ids: Sequence[int]
) -> Assignment:
    """Choose the points of one image that answer for each box, and the score that each deserves.

    points: (N, 2) in input pixels. scores: (N, classes) and boxes: (N, 4) are what the network says now.
    """
    ignored = targets.ignore | centres_inside(targets.boxes_xyxy, targets.ignore_regions_xyxy)
    regions = np.concatenate([targets.boxes_xyxy[ignored], targets.ignore_regions_xyxy])
    counted = ~_inside(points, _tensor(regions, boxes)).any(1)
    known = ~ignored & np.isin(targets.category_ids, category_ids)
    wanted = torch.zeros_like(scores)
    if not known.any():
        return Assignment(wanted, torch.zeros_like(boxes), counted)

    truth = _tensor(targets.boxes_xyxy[known], boxes)
    classes = torch.tensor([category_ids.index(c) for c in targets.category_ids[known]], device=boxes.device)
    fits = box_iou(boxes, truth)  # [N, M]
    inside = _inside(points, truth)
    aligned = (scores[:, classes].sqrt() * fits**6).clamp(min=1e-9) * inside
    chosen = _best(aligned, POINTS_PER_BOX) & inside
    fits = torch.where(chosen, fits, -1)
    owner = fits.argmax(1)  # [N]; a point in two boxes answers for the one that it fits best
    mine = chosen & F.one_hot(owner, len(truth)).bool()
    aligned = torch.where(mine, aligned, 0)
    best_fit = torch.where(mine, fits, 0).amax(0)
    deserved = aligned / aligned.amax(0).clamp(min=1e-9) * best_fit.clamp(min=LEAST_DESERVED)
    positive = mine.any(1)
    wanted[positive, classes[owner[positive]]] = deserved[positive, owner[positive]]
    return Assignment(wanted, truth[owner], counted | positive)


def distillation_loss(student: Predictions, teacher: Predictions) -> Tensor:
    """KL divergence of the scores at every point and class, plus smooth L1 on the teacher's confident boxes.

    Both over the sum of the teacher's best scores; exactly 0 where the two agree, with gradient to
    `student` only.
    """
    logits, offsets = teacher.logits.detach(), teacher.offsets.detach()
    scores = logits.sigmoid()
    divergence = scores * (F.logsigmoid(logits) - F.logsigmoid(student.logits)) + (1 - scores) * (
        F.logsigmoid(-logits) - F.logsigmoid(-student.logits)
    )
    best = scores.amax(-1)
    confident = best >= CONFIDENT
    misfits = F.smooth_l1_loss(student.offsets[confident], offsets[confident], reduction="none").sum(-1)
    loss: Tensor = (divergence.sum() + (misfits * best[confident]).sum()) / best.sum().clamp(min=1)
    return loss.clamp(min=0)  # a divergence of almost nothing may round to less than nothing


def _inside(points: Tensor, boxes: Tensor) -> Tensor:
    """(N, M) bool: which points lie in which boxes; the smallest box has the cell of the finest grid."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    halves = ((boxes[:, 2:] - boxes[:, :2]) / 2).clamp(min=PYRAMID_STRIDES[0] / 2)
    return ((points[:, None] - centres).abs() <= halves).all(-1)


def _best(values: Tensor, count: int) -> Tensor:
    """(N, M) bool: the `count` largest of each column."""
    rows = values.topk(min(count, len(values)), dim=0).indices
    return torch.zeros_like(values, dtype=torch.bool).scatter_(0, rows, True)


def _tensor(boxes: FloatArray, like: Tensor) -> Tensor:
    return torch.from_numpy(boxes).to(like)
