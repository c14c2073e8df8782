"""The generator's decoder: five layers, each an exit that adds to one of the detector's maps (§4.1, §4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from turbo_cli.detectors.base import STAGES

WIDTHS = (96, 64, 48, 24, 16)
"""Hidden channels of decoder layers 1…5, the deepest first."""

FIRST_DEPTHWISE = 3
"""From this layer up maps are large, and dense 3×3 convolutions would cost more than the detector saves."""

SLOPE = 0.1


@dataclass(frozen=True)
class SkipStatistics:
    """Mean and deviation by channel of the image (first) and of C1…C5, measured over training frames."""

    means: tuple[Tensor, ...]
    deviations: tuple[Tensor, ...]


class NormalisedSkip(nn.Module):
    """A map normalised twice: by statistics of the training set, and by its own.

    The second takes out what one frame's light or fog does to the whole of it; the first keeps it.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("deviation", torch.ones(channels))

    def known(self, skip: Tensor) -> Tensor:
        """(B, C, H, W) by the training set's statistics."""
        return (skip - self.mean.view(1, -1, 1, 1)) / self.deviation.view(1, -1, 1, 1)

    def forward(self, skip: Tensor) -> Tensor:
        """(B, C, H, W) → (B, 2C, H, W): by the training set's statistics, and by its own."""
        known = self.known(skip)
        return torch.cat([known, F.instance_norm(known)], dim=1)


class DecoderLayer(nn.Module):
    """One exit: what lies below and the skip C → hidden map, and an addition to the skip.

    The addition is `deviation · (gain · normalised skip + offset)`, gain and offset from a last
    convolution initialised to zero, so that an untrained layer adds exactly nothing.
    """

    def __init__(self, below_channels: int, skip_channels: int, width: int, depthwise: bool) -> None:
        super().__init__()
        self.normalise = NormalisedSkip(skip_channels)
        self.from_below = nn.Conv2d(below_channels, width, 1)
        self.from_skip = nn.Conv2d(2 * skip_channels, width, 1)
        self.body = nn.Sequential(_Residual(width, depthwise), _Residual(width, depthwise))
        self.addition = nn.Conv2d(width, 2 * skip_channels, 1)
        nn.init.zeros_(self.addition.weight)
        assert self.addition.bias is not None
        nn.init.zeros_(self.addition.bias)

    def forward(self, below: Tensor, skip: Tensor) -> Tensor:
        """below (B, b, h, w), skip (B, C, H, W) → hidden (B, width, H, W), for the next layer and `add`."""
        both = self.normalise(skip)
        lifted = F.interpolate(self.from_below(below), size=skip.shape[-2:], mode="nearest")
        hidden: Tensor = self.body(F.leaky_relu(lifted + self.from_skip(both), SLOPE))
        return hidden

    def add(self, hidden: Tensor, skip: Tensor) -> Tensor:
        """The hidden map of a skip (B, C, H, W) → the enhanced skip."""
        gain, offset = self.addition(hidden).chunk(2, dim=1)
        deviation = self.normalise.deviation.view(1, -1, 1, 1)
        addition: Tensor = deviation * (gain * self.normalise.known(skip) + offset)
        return skip + addition


class _Residual(nn.Module):
    def __init__(self, width: int, depthwise: bool) -> None:
        super().__init__()
        spatial = nn.Conv2d(width, width, 3, padding=1, groups=width if depthwise else 1)
        self.convolve = nn.Sequential(spatial, nn.Conv2d(width, width, 1)) if depthwise else spatial

    def forward(self, hidden: Tensor) -> Tensor:
        return hidden + F.leaky_relu(self.convolve(hidden), SLOPE)


class Decoder(nn.Module):
    """Layers 1…5 over the frozen encoder's maps. `channels` are those of C1…C5.

    The last layer works at half the image's resolution (pixel unshuffle and shuffle), a quarter of the cost.
    """

    def __init__(self, channels: Sequence[int], widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        skips = (*reversed(channels[:-1]), 3 * 4)
        belows = (2 * channels[-1], *widths[:-1])
        self.below = NormalisedSkip(channels[-1])
        self.layers = nn.ModuleList(
            DecoderLayer(belows[j], skips[j], widths[j], depthwise=j + 1 >= FIRST_DEPTHWISE)
            for j in range(STAGES)
        )

    def start(self, deepest: Tensor) -> Tensor:
        """C5 (B, C, H, W) → what layer 1 takes as the layer below."""
        below: Tensor = self.below(deepest)
        return below

    def layer(self, number: int) -> DecoderLayer:
        """Layer `number`, 1…5."""
        layer = self.layers[number - 1]
        assert isinstance(layer, DecoderLayer)
        return layer

    def hidden(self, number: int, below: Tensor, skip: Tensor) -> Tensor:
        """Run layer `number` (1…5) on the map below and its skip (C4…C1, the image)."""
        hidden: Tensor = self.layer(number)(below, _halved(skip) if number == STAGES else skip)
        return hidden

    def enhance(self, number: int, hidden: Tensor, skip: Tensor) -> Tensor:
        """Leave by exit `number` (1…5): the hidden map of that layer and its skip → the enhanced skip."""
        if number < STAGES:
            return self.layer(number).add(hidden, skip)
        return F.pixel_shuffle(self.layer(number).add(hidden, _halved(skip)), 2)

    @torch.no_grad()
    def set_statistics(self, statistics: SkipStatistics) -> None:
        """Take the measured statistics of the image and of C1…C5 into the skips' normalisation."""
        image, *maps = zip(statistics.means, statistics.deviations, strict=True)
        skips = [*reversed(maps[:-1]), tuple(values.repeat_interleave(4) for values in image)]
        normalisers = [layer.normalise for layer in self.layers if isinstance(layer, DecoderLayer)]
        for normaliser, (mean, deviation) in zip([self.below, *normalisers], [maps[-1], *skips], strict=True):
            normaliser.mean.copy_(mean)
            normaliser.deviation.copy_(deviation)


def _halved(image: Tensor) -> Tensor:
    return F.pixel_unshuffle(image, 2)
