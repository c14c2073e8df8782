"""How far enhanced maps lie from those of the clean picture."""

from collections.abc import Sequence

import torch
from torch import Tensor

from turbo_cli.detectors.base import SplitDetector

LEAST_VARIANCE = 0.01
"""As a share of the map's mean: a channel that is constant over a batch shall not count without bounds."""


def feature_distance(
    detector: SplitDetector, features: Sequence[Tensor], teacher_features: Sequence[Tensor]
) -> Tensor:
    """Of the maps that the head reads: the mean over maps of the mean squared difference of C1…C5.

    Each channel counts in units of its variance over the teacher's batch. A scalar ≥ 0 with gradient to
    `features` only; 0 where both are equal. Unlike predictions, maps differ everywhere: every place teaches,
    also where nothing is to be found.
    """
    first = detector.first_read - 1
    distances = []
    for student, teacher in zip(features[first:], teacher_features[first:], strict=True):
        wanted = teacher.float()  # under autocast squares would overflow
        variance = wanted.var(dim=(0, 2, 3), keepdim=True)
        scale = torch.maximum(variance, LEAST_VARIANCE * variance.mean())
        distances.append(((student.float() - wanted).square() / scale).mean())
    return torch.stack(distances).mean()
