"""The plain network of `tiny`: five residual stages, a small feature pyramid and its head."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS = (16, 32, 64, 128, 160)
BLOCKS = (0, 1, 2, 2, 1)
"""Residual blocks after the strided convolution of each stage."""

PYRAMID_CHANNELS = 48
PYRAMID_STRIDES = (4, 8, 16)
BOX_CHANNELS = 4
PRIOR = 0.01
"""The score that an untrained head gives everywhere; keeps the first steps from drowning in background."""

LARGEST_LOG_SIZE = 5.0
"""Boxes reach e⁵ ≈ 148 strides; a wild activation gives a huge box, never an infinite one."""


@dataclass(frozen=True)
class Predictions:
    """What the head says at each of the N points of its three grids.

    logits: (B, N, classes), before the sigmoid. offsets: (B, N, 4): centre from the point in strides (x, y),
    log of width and height in strides. points: (N, 2) x, y in input pixels. strides: (N, 1) in pixels.
    """

    logits: Tensor
    offsets: Tensor
    points: Tensor
    strides: Tensor

    def boxes(self) -> Tensor:
        """(B, N, 4) left, top, right, bottom in input pixels."""
        centres = self.points + self.offsets[..., :2] * self.strides
        halves = self.offsets[..., 2:].clamp(max=LARGEST_LOG_SIZE).exp() * self.strides / 2
        return torch.cat([centres - halves, centres + halves], dim=-1)


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution, BatchNorm, ReLU; keeps the size at stride 1 and halves it at stride 2."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """A bottleneck of half the width, added to its input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            convolution(channels, channels // 2, 1), convolution(channels // 2, channels, 3)
        )

    def forward(self, features: Tensor) -> Tensor:
        added: Tensor = features + self.branch(features)
        return added


class Head(nn.Module):
    """C2…C5 → predictions at strides 4, 8 and 16; C5 lends its context from above."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        width = PYRAMID_CHANNELS
        self.laterals = nn.ModuleList(nn.Conv2d(channels, width, 1) for channels in CHANNELS[1:])
        # A tower for each level: their statistics differ too much to share BatchNorms.
        self.towers = nn.ModuleList(
            nn.Sequential(convolution(width, width, 3), convolution(width, width, 3), _output(classes))
            for _ in PYRAMID_STRIDES
        )

    def forward(self, features: Sequence[Tensor]) -> Predictions:
        """C1…C5 (B, channels, height, width) → what is seen at every point; float32 also under autocast."""
        maps = self.maps(*features)
        points, strides = zip(*map(_grid, maps, PYRAMID_STRIDES), strict=True)
        rows = torch.cat([level.flatten(2) for level in maps], dim=2).transpose(1, 2).float()
        logits, offsets = rows[..., :-BOX_CHANNELS], rows[..., -BOX_CHANNELS:]
        return Predictions(logits, offsets, torch.cat(points), torch.cat(strides))

    def maps(self, *features: Tensor) -> list[Tensor]:
        """C1…C5 → (B, classes + 4, height, width) at each stride: the part that convolves."""
        return [tower(level) for tower, level in zip(self.towers, self._pyramid(features), strict=True)]

    def _pyramid(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Finest first: each level is its own map plus the coarser level, doubled."""
        inputs = list(zip(self.laterals, features[1:], strict=True))
        lateral, deepest = inputs.pop()
        levels: list[Tensor] = [lateral(deepest)]
        for lateral, skip in reversed(inputs):
            levels.insert(0, lateral(skip) + F.interpolate(levels[0], scale_factor=2.0))
        return levels[:-1]


class TinyNetwork(nn.Module):
    """The trainable whole: `TinyDetector` freezes it and runs it stage by stage."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        inputs = (3, *CHANNELS[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(convolution(below, width, 3, stride=2), *(Residual(width) for _ in range(blocks)))
            for below, width, blocks in zip(inputs, CHANNELS, BLOCKS, strict=True)
        )
        self.head = Head(classes)

    def forward(self, images: Tensor) -> Predictions:
        """(B, 3, height, width) float32 RGB in [0, 1], both sizes divisible by 32."""
        features = []
        for stage in self.stages:
            images = stage(images)
            features.append(images)
        predictions: Predictions = self.head(features)
        return predictions


def _output(classes: int) -> nn.Conv2d:
    """The last convolution, whose scores are `PRIOR` everywhere at first."""
    output = nn.Conv2d(PYRAMID_CHANNELS, classes + BOX_CHANNELS, 1)
    scores = torch.full((classes,), math.log(PRIOR / (1 - PRIOR)))
    output.bias = nn.Parameter(torch.cat([scores, torch.zeros(BOX_CHANNELS)]))
    return output


def _grid(level: Tensor, stride: int) -> tuple[Tensor, Tensor]:
    """(cells, 2) x, y of the cells' centres in input pixels, and (cells, 1) their stride."""
    height, width = level.shape[2:]
    y = (torch.arange(height, device=level.device) + 0.5) * stride
    x = (torch.arange(width, device=level.device) + 0.5) * stride
    points = torch.cartesian_prod(y, x).flip(1)
    return points, points.new_full((len(points), 1), stride)
