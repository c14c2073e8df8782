"""The losses of Faster R-CNN, from torchvision's parts: repeatable, and blind to what is ignored."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection.roi_heads import fastrcnn_loss

from turbo_cli.detectors.counted import Counted, centred_in
from turbo_cli.detectors.distance import CONFIDENT, anchor_distance, box_distance, class_distance
from turbo_cli.detectors.rcnn_parts import Anchors, Pyramid, predict_anchors, predict_boxes, propose

TEACHER_PROPOSALS = 256
"""The teacher's best proposals of an image that are compared; more cost much and say little."""


@dataclass(frozen=True)
class EvenSampler:
    """torchvision's balanced sampler without the dice: samples are spread evenly over the candidates."""

    batch_size_per_image: int
    positive_fraction: float

    def __call__(self, labels: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """(A,) labels of each image (> 0 positive, 0 negative, < 0 neither) → masks of both samples."""
        positive = [
            _spread(one >= 1, int(self.batch_size_per_image * self.positive_fraction)) for one in labels
        ]
        negative = [
            _spread(one == 0, self.batch_size_per_image - int(chosen.sum()))
            for one, chosen in zip(labels, positive, strict=True)
        ]
        return positive, negative


def _spread(candidates: Tensor, limit: int) -> Tensor:
    places = torch.where(candidates)[0]
    count = min(limit, len(places))
    chosen = torch.zeros_like(candidates)
    chosen[places[torch.arange(count, device=places.device) * len(places) // max(1, count)]] = True
    return chosen


def rcnn_loss(rpn: Any, roi_heads: Any, canvas: Any, pyramid: Pyramid, truth: Sequence[Counted]) -> Tensor:
    """Objectness, proposal boxes, classes and boxes: a scalar."""
    anchors = predict_anchors(rpn, canvas, pyramid)
    with _training(rpn):
        proposals = propose(rpn, canvas, anchors)
    return _rpn_loss(rpn, anchors, truth) + _box_loss(roi_heads, canvas, pyramid, proposals, truth)


def proposal_distance(rpn: Any, roi_heads: Any, canvas: Any, pyramid: Pyramid, teacher: Pyramid) -> Tensor:
    """How far objectness, classes and boxes lie from the teacher's, over its proposals: a scalar ≥ 0."""
    with torch.no_grad():
        wanted = predict_anchors(rpn, canvas, teacher)
        proposals = [boxes[:TEACHER_PROPOSALS] for boxes in propose(rpn, canvas, wanted)]
        wanted_logits, wanted_deltas = predict_boxes(roi_heads, canvas, teacher, proposals)
    anchors = predict_anchors(rpn, canvas, pyramid)
    logits, deltas = predict_boxes(roi_heads, canvas, pyramid, proposals)
    best, category = wanted_logits.softmax(dim=1)[:, 1:].max(dim=1)
    rows = torch.arange(len(best), device=best.device)
    return (
        anchor_distance(anchors.objectness, anchors.deltas, wanted.objectness, wanted.deltas)
        + class_distance(logits, wanted_logits)
        + box_distance(deltas[rows, category + 1], wanted_deltas[rows, category + 1], best >= CONFIDENT)
    )


@contextmanager
def _training(part: Any) -> Iterator[None]:
    """Only the flag, which picks the number of proposals; `train()` would reach the modules inside."""
    part.training = True
    try:
        yield
    finally:
        part.training = False


def _rpn_loss(rpn: Any, anchors: Anchors, truth: Sequence[Counted]) -> Tensor:
    targets = [{"boxes": one.boxes_xyxy} for one in truth]
    labels, matched = rpn.assign_targets_to_anchors(anchors.boxes_xyxy, targets)
    labels = _without_ignored(labels, anchors.boxes_xyxy, truth)
    if not _any_counts(labels):
        return anchors.objectness.sum() * 0
    goals = rpn.box_coder.encode(matched, anchors.boxes_xyxy)
    objectness, boxes = rpn.compute_loss(anchors.objectness, anchors.deltas, labels, goals)
    total: Tensor = objectness + boxes
    return total


def _box_loss(
    roi_heads: Any, canvas: Any, pyramid: Pyramid, proposals: list[Tensor], truth: Sequence[Counted]
) -> Tensor:
    boxes = [one.boxes_xyxy for one in truth]
    proposals = roi_heads.add_gt_proposals(proposals, boxes)
    matches, labels = roi_heads.assign_targets_to_proposals(
        proposals, boxes, [one.category_ids for one in truth]
    )
    labels = _without_ignored(labels, proposals, truth)
    samples = roi_heads.subsample(labels)
    proposals, labels, matches = (_pick(parts, samples) for parts in (proposals, labels, matches))
    logits, deltas = predict_boxes(roi_heads, canvas, pyramid, proposals)
    if not _any_counts(labels):
        return logits.sum() * 0
    goals = roi_heads.box_coder.encode(_matched_boxes(boxes, matches), proposals)
    classes, regression = fastrcnn_loss(logits, deltas.flatten(1), labels, goals)
    total: Tensor = classes + regression
    return total


def _without_ignored(
    labels: Sequence[Tensor], boxes: Sequence[Tensor], truth: Sequence[Counted]
) -> list[Tensor]:
    """Background centred in an ignored area is neither positive nor negative (−1)."""
    return [
        torch.where((label == 0) & centred_in(box, one.ignored_xyxy), -1, label)
        for label, box, one in zip(labels, boxes, truth, strict=True)
    ]


def _any_counts(labels: Sequence[Tensor]) -> bool:
    return any(bool((label >= 0).any()) for label in labels)


def _pick(parts: Sequence[Tensor], samples: Sequence[Tensor]) -> list[Tensor]:
    return [part[sample] for part, sample in zip(parts, samples, strict=True)]


def _matched_boxes(boxes: Sequence[Tensor], matches: Sequence[Tensor]) -> list[Tensor]:
    """The target of each sample; in a frame without targets any box will do, for none is positive."""
    return [
        box[match] if len(box) else box.new_zeros(len(match), 4)
        for box, match in zip(boxes, matches, strict=True)
    ]
