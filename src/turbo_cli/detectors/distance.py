"""How far raw predictions lie from a teacher's."""

import torch
from torch import Tensor
from torch.nn import functional as F

CONFIDENT = 0.3
"""Boxes are compared where the teacher's best score is at least this."""

FOCUS = 1.5
"""Exponent of the score difference that weighs the divergence, as in focal losses: the thousands of
background anchors that differ by a hair shall not drown the few that matter."""


def anchor_distance(logits: Tensor, deltas: Tensor, teacher_logits: Tensor, teacher_deltas: Tensor) -> Tensor:
    """For heads with a sigmoid a class: scores over all anchors, boxes where the teacher is confident.

    logits (…, K) and deltas (…, 4) of every anchor; the result is a scalar ≥ 0, per confident anchor.
    """
    wanted = teacher_logits.sigmoid()
    entropy = F.binary_cross_entropy_with_logits(teacher_logits, wanted, reduction="none")
    divergence = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") - entropy
    weight = (logits.sigmoid() - wanted).abs() ** FOCUS
    confident = wanted.amax(dim=-1) >= CONFIDENT
    scores = (weight * divergence.clamp(min=0)).sum() / confident.sum().clamp(min=1)
    return scores + box_distance(deltas, teacher_deltas, confident)


def class_distance(logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """For heads with one softmax: mean KL divergence from the teacher's, of (N, K) logits."""
    student, teacher = logits.log_softmax(dim=-1), teacher_logits.log_softmax(dim=-1)
    divergence = F.kl_div(student, teacher, reduction="none", log_target=True).sum(dim=-1)
    return divergence.clamp(min=0).sum() / max(1, len(logits))


def box_distance(deltas: Tensor, teacher_deltas: Tensor, confident: Tensor) -> Tensor:
    """Smooth L1 of (…, 4) deltas, per box, over those that the (…) mask `confident` picks."""
    difference = F.smooth_l1_loss(deltas[confident], teacher_deltas[confident], reduction="sum", beta=1 / 9)
    return difference / torch.clamp(confident.sum(), min=1)
