"""Plug-ins that go wrong in training as real detectors do."""

from collections.abc import Sequence

import torch
from torch import Tensor

from tests.small_detector import SmallDetector


class HungryDetector(SmallDetector):
    """Needs more memory than there is for more than one image at a time."""

    def encode(self, images: Tensor) -> list[Tensor]:
        torch.empty(2**50 if len(images) > 1 else 1)
        return super().encode(images)


class StarvingDetector(SmallDetector):
    """Needs more memory than there is for a single image."""

    def encode(self, images: Tensor) -> list[Tensor]:
        torch.empty(2**50)
        return super().encode(images)


class DivergingDetector(SmallDetector):
    """Its distance to the teacher is NaN."""

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        return super().distill(features, teacher_features) * float("nan")


def hungry(weights: object, device: str, size: object) -> SmallDetector:
    return HungryDetector()


def starving(weights: object, device: str, size: object) -> SmallDetector:
    return StarvingDetector()


def diverging(weights: object, device: str, size: object) -> SmallDetector:
    return DivergingDetector()


def other_weights(weights: object, device: str, size: object) -> SmallDetector:
    return SmallDetector(seed=1)
