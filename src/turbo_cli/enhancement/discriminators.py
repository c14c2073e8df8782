"""D_f and D_i: which frames, and which instances, the detector finds easy (§4.1)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import roi_align

FRAME_SIZE = (64, 112)
"""(height, width) at which D_f looks at a frame, whatever the detector's input."""

TILES = (2, 4)
"""Rows and columns of tiles in which D_f looks at a frame."""

LEAST_VARIANCE = 1e-4
"""Keeps the gradient of a flat tile's deviation finite."""

CROP_SIZE = 32
"""Side in pixels of the crops that D_i looks at."""

SLOPE = 0.2


class FrameDiscriminator(nn.Module):
    """D_f: one convolution and three fully connected layers on the whole frame.

    It runs before the detector on every frame, so it reads a small copy that costs next to nothing; picked,
    not averaged, so that the copy keeps the frame's noise. What is judged is the mean and the deviation of
    each filter over eight tiles of the frame: contrast, noise and blur show in the deviations whatever the
    street looks like, so that D_f carries over to other cameras.
    """

    def __init__(self, width: int = 24, hidden: int = 64) -> None:
        super().__init__()
        self.width, self.hidden = width, hidden
        self.convolve = nn.Conv2d(3, width, 8, stride=4, padding=2)
        self.judge = _three_layers(2 * width * TILES[0] * TILES[1], hidden)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float32 RGB in [0, 1] → (B,) logits, high for frames that the detector finds easy."""
        small = F.interpolate(images, size=FRAME_SIZE, mode="nearest-exact")
        maps = F.leaky_relu(self.convolve(_centred(small)), SLOPE)
        mean = F.adaptive_avg_pool2d(maps, TILES)
        variance = F.adaptive_avg_pool2d(maps.square(), TILES) - mean.square()
        deviation = (variance.clamp(min=0) + LEAST_VARIANCE).sqrt()
        logits: Tensor = self.judge(torch.cat([mean, deviation], dim=1).flatten(1)).squeeze(1)
        return logits


class InstanceDiscriminator(nn.Module):
    """D_i: two convolutions and three fully connected layers on RoIAlign crops of single instances."""

    def __init__(self, width: int = 16, hidden: int = 64) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            nn.Conv2d(3, width, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
        )
        self.judge = _three_layers(2 * width * (CROP_SIZE // 4) ** 2, hidden)

    def forward(self, crops: Tensor) -> Tensor:
        """(N, 3, 32, 32) float32 RGB in [0, 1] → (N,) logits, high for instances of easy frames."""
        logits: Tensor = self.judge(self.convolve(_centred(crops)).flatten(1)).squeeze(1)
        return logits


def crop_instances(images: Tensor, boxes_xyxy: Sequence[Tensor]) -> Tensor:
    """(B, 3, H, W) and a (N_b, 4) tensor of boxes in pixels for each image → (ΣN, 3, 32, 32), RoI-aligned."""
    crops: Tensor = roi_align(images, list(boxes_xyxy), CROP_SIZE, sampling_ratio=2, aligned=True)
    return crops


def _three_layers(inputs: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.LeakyReLU(SLOPE),
        nn.Linear(hidden, hidden // 2),
        nn.LeakyReLU(SLOPE),
        nn.Linear(hidden // 2, 1),
    )


def _centred(images: Tensor) -> Tensor:
    """[0, 1] → about zero mean and unit deviation."""
    return torch.mul(images - 0.5, 4.0)
