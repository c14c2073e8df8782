"""What the maps of a frozen detector look like over training frames."""

from collections.abc import Sequence

import torch
from torch import Tensor

from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.decoder import SkipStatistics


@torch.no_grad()
def measure_statistics(detector: SplitDetector, batches: Sequence[Tensor], size: int) -> SkipStatistics:
    """Mean and deviation by channel of the image and C1…C5 over batches, the first `size` images of each."""
    moments = [_moments([images[:size], *detector.encode(images[:size])]) for images in batches]
    means, deviations = [], []
    for of_map in zip(*moments, strict=True):
        mean = torch.stack([mean for mean, _ in of_map]).mean(dim=0)
        square = torch.stack([square for _, square in of_map]).mean(dim=0)
        means.append(mean)
        deviations.append((square - mean.square()).clamp(min=1e-6).sqrt())
    return SkipStatistics(tuple(means), tuple(deviations))


def _moments(maps: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
    return [(values.mean(dim=(0, 2, 3)), values.square().mean(dim=(0, 2, 3))) for values in maps]
