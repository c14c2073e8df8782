"""How far enhanced maps lie from those of the clean picture."""

from collections.abc import Sequence

import torch
from torch import Tensor

from turbo_cli.detectors.base import SplitDetector

LEAST_VARIANCE = 0.01
"""As a share of the mean over the map's channels: one that is constant over a batch shall not count without
bounds."""

TINY = 1e-12


def feature_distance(
    detector: SplitDetector, features: Sequence[Tensor], teacher_features: Sequence[Tensor]
) -> Tensor:
    """The mean squared difference of C1…C5, averaged over those maps that the head reads.

    Each channel counts in units of its variance over the teacher's batch. A scalar ≥ 0 with gradient to
    `features` only; 0 where both are equal. Unlike predictions, maps differ everywhere: every place teaches,
    also where nothing is to be found. A level that leaves by a deep exit cannot change the shallower maps
    that are read; they are counted all the same, so that what is left to it weighs as much as at any level.
    """
    first = detector.first_read - 1
    distances = []
    for student, teacher in zip(features[first:], teacher_features[first:], strict=True):
        wanted = teacher.float()  # bfloat16, as under autocast, has three digits
        variance = wanted.var(dim=(0, 2, 3), correction=0, keepdim=True)
        scale = torch.maximum(variance, LEAST_VARIANCE * variance.mean()).clamp(min=TINY)
        distances.append(((student.float() - wanted).square() / scale).mean())
    return torch.stack(distances).mean()
