"""The generator's decoder: five layers, each an exit that adds to one of the detector's maps (§4.1, §4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from turbo_cli.detectors.base import STAGES

WIDTHS = (64, 64, 48, 24, 16)
"""Hidden channels of decoder layers 1…5, the deepest first."""

DENSE_LAYERS = (1,)
"""Elsewhere maps are large, and dense 3×3 convolutions would cost more than the detector itself."""

HALVED_LAYERS = (3, 4)
"""These work at half the resolution of their large skips; layer 5 does so by pixel unshuffle and shuffle."""

BLOCKS = (2, 2, 2, 1, 1)
"""Residual blocks of layers 1…5."""

SLOPE = 0.1
EPSILON = 1e-4


@dataclass(frozen=True)
class SkipStatistics:
    """Mean and deviation by channel of the image (first) and of C1…C5, measured over training frames."""

    means: tuple[Tensor, ...]
    deviations: tuple[Tensor, ...]


class Entry(nn.Module):
    """A convolution (1×1, or 2×2 in steps of 2) on a map normalised by the training set, and by itself.

    The second takes out what one frame's light or fog does to the whole of it; the first keeps it. Both are
    folded into the convolution's weights, frame by frame, so no normalised map is ever made.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int, width: int, step: int = 1) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("deviation", torch.ones(channels))
        self.step = step
        self.both = nn.Conv2d(2 * channels, width, step, stride=step)

    def forward(self, skip: Tensor) -> Tensor:
        """(B, C, H, W) → (B, width, H / step, W / step)."""
        batch, channels, height, width = skip.shape
        weights, biases = self.folded(skip)
        mixed = F.conv2d(
            skip.reshape(1, batch * channels, height, width),
            weights.flatten(0, 1),
            biases.flatten(),
            stride=self.step,
            groups=batch,
        )
        return mixed.view(batch, -1, height // self.step, width // self.step)

    def folded(self, skip: Tensor) -> tuple[Tensor, Tensor]:
        """Weights (B, width, C, step, step) and biases (B, width) of each frame's own convolution."""
        wide = skip.float()  # under autocast squares would overflow, and their difference be lost
        mean = wide.mean(dim=(2, 3))  # [B, C]
        variance = (wide.square().mean(dim=(2, 3)) - mean.square()).clamp(min=0)
        deviation = (variance + EPSILON * self.deviation.square()).sqrt()
        known, own = self.both.weight.chunk(2, dim=1)  # [width, C, step, step] each
        known = known / self.deviation.view(1, -1, 1, 1)
        own = own / deviation[:, None, :, None, None]
        assert self.both.bias is not None
        shift = known.sum(dim=(2, 3)) @ self.mean + (own.sum(dim=(3, 4)) @ mean[:, :, None]).squeeze(2)
        return known + own, self.both.bias - shift


class DecoderLayer(nn.Module):
    """One exit: what lies below and the skip C → hidden map, and an addition to the skip.

    The addition is `deviation · (gain · normalised skip + offset)`, gain and offset from a last
    convolution initialised to zero, so that an untrained layer adds exactly nothing.
    """

    def __init__(
        self, below_width: int, skip_channels: int, width: int, blocks: int, dense: bool, halved: bool
    ) -> None:
        super().__init__()
        self.halved = halved
        self.from_below = nn.Conv2d(below_width, width, 1)
        self.entry = Entry(skip_channels, width, step=2 if halved else 1)
        self.body = nn.Sequential(*(_Residual(width, dense) for _ in range(blocks)))
        self.addition = nn.Conv2d(width, 2 * skip_channels, 1)
        nn.init.zeros_(self.addition.weight)
        assert self.addition.bias is not None
        nn.init.zeros_(self.addition.bias)

    def forward(self, below: Tensor, skip: Tensor) -> Tensor:
        """below (B, b, h, w), skip (B, C, H, W) → hidden map (B, width, …) for the next layer and `add`.

        It has the skip's resolution, or half of it.
        """
        entered = self.entry(skip)
        lifted = F.interpolate(self.from_below(below), size=entered.shape[-2:], mode="nearest")
        hidden: Tensor = self.body(F.leaky_relu(lifted + entered, SLOPE))
        return hidden

    def add(self, hidden: Tensor, skip: Tensor) -> Tensor:
        """The hidden map of a skip (B, C, H, W) → the enhanced skip."""
        gain, offset = self.addition(hidden).chunk(2, dim=1)
        deviation, mean = (values.view(1, -1, 1, 1) for values in (self.entry.deviation, self.entry.mean))
        shift = deviation * offset - gain * mean
        if self.halved:
            gain, shift = (F.interpolate(part, scale_factor=2, mode="nearest") for part in (gain, shift))
        return torch.addcmul(skip + shift, gain, skip)


class _Residual(nn.Module):
    def __init__(self, width: int, dense: bool) -> None:
        super().__init__()
        spatial = nn.Conv2d(width, width, 3, padding=1, groups=1 if dense else width)
        self.convolve = spatial if dense else nn.Sequential(spatial, nn.Conv2d(width, width, 1))

    def forward(self, hidden: Tensor) -> Tensor:
        return hidden + F.leaky_relu(self.convolve(hidden), SLOPE)


class Decoder(nn.Module):
    """Layers 1…5 over the frozen encoder's maps. `channels` are those of C1…C5."""

    def __init__(self, channels: Sequence[int], widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.widths = tuple(widths)
        skips = (*reversed(channels[:-1]), 3 * 4)
        belows = (widths[0], *widths[:-1])
        self.deepest = Entry(channels[-1], widths[0])
        self.layers = nn.ModuleList(
            DecoderLayer(
                belows[k - 1],
                skips[k - 1],
                widths[k - 1],
                BLOCKS[k - 1],
                dense=k in DENSE_LAYERS,
                halved=k in HALVED_LAYERS,
            )
            for k in range(1, STAGES + 1)
        )

    def start(self, deepest: Tensor) -> Tensor:
        """C5 (B, C, H, W) → what layer 1 takes as the layer below."""
        below: Tensor = self.deepest(deepest)
        return below

    def layer(self, number: int) -> DecoderLayer:
        """Layer `number`, 1…5."""
        layer = self.layers[number - 1]
        assert isinstance(layer, DecoderLayer)
        return layer

    def hidden(self, number: int, below: Tensor, skip: Tensor) -> Tensor:
        """Run layer `number` (1…5) on the map below and its skip (C4…C1, the image)."""
        hidden: Tensor = self.layer(number)(below, unshuffled(skip) if number == STAGES else skip)
        return hidden

    def enhance(self, number: int, hidden: Tensor, skip: Tensor) -> Tensor:
        """Leave by exit `number` (1…5): the hidden map of that layer and its skip → the enhanced skip."""
        if number < STAGES:
            return self.layer(number).add(hidden, skip)
        return F.pixel_shuffle(self.layer(number).add(hidden, unshuffled(skip)), 2)

    @torch.no_grad()
    def set_statistics(self, statistics: SkipStatistics) -> None:
        """Take the measured statistics of the image and of C1…C5 into the normalisation of all maps."""
        image, *maps = zip(statistics.means, statistics.deviations, strict=True)
        skips = [*reversed(maps[:-1]), tuple(values.repeat_interleave(4) for values in image)]
        entries = [self.layer(number).entry for number in range(1, STAGES + 1)]
        for entry, (mean, deviation) in zip([self.deepest, *entries], [maps[-1], *skips], strict=True):
            entry.mean.copy_(mean)
            entry.deviation.copy_(deviation)


def unshuffled(image: Tensor) -> Tensor:
    """(B, 3, H, W) → (B, 12, H / 2, W / 2): the skip as layer 5 takes it."""
    return F.pixel_unshuffle(image, 2)
