"""A detector of your own behind Turbo: five stages, a head and five methods are all that it asks.

turbo weights verify examples.custom_detector:make
turbo detect --detector examples.custom_detector:make video.mp4 --out boxes.json

This one has random weights and finds nothing sensible.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.models import resnet18
from torchvision.ops import nms

from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors.base import Geometry, SplitDetector, freeze

STRIDE = 32


class CustomDetector(SplitDetector):
    """ResNet-18; each cell of C5 says whether a car is centred there, and how wide and high it is."""

    first_read = 5  # the head looks at C5 alone

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.name, self.input_size, self.categories = "custom", size, {3: "car"}
        net = resnet18(weights=None)
        # Cut where the stride doubles; as each stage reads only the one before, `encode` and `resume` work.
        stem, first = nn.Sequential(net.conv1, net.bn1, net.relu), nn.Sequential(net.maxpool, net.layer1)
        self.stages = nn.ModuleList([stem, first, net.layer2, net.layer3, net.layer4])
        self.channels = (64, 64, 128, 256, 512)
        self.head = nn.Conv2d(512, 3, kernel_size=1)  # logit of a car, log of width and height in cells

    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        width, height = self.input_size
        pixels = [torch.from_numpy(np.array(frame, order="C")).permute(2, 0, 1)[None] for frame in frames]
        images = torch.cat([F.interpolate(image, (height, width), mode="bilinear") for image in pixels])
        sizes = [(frame.shape[1], frame.shape[0]) for frame in frames]
        geometry = [Geometry(w, h, width / w, height / h) for w, h in sizes]
        return images.to(self.head.weight.device) / 255, geometry

    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        raw = self.head(features[4]).float()
        height, width = (side * STRIDE for side in raw.shape[2:])
        geometry = geometry or [Geometry(width, height, 1.0, 1.0)] * len(raw)
        return [self._boxes(image, place) for image, place in zip(raw, geometry, strict=True)]

    def _boxes(self, raw: Tensor, geometry: Geometry) -> Detections:
        scores, order = raw[0].sigmoid().flatten().sort(descending=True)
        rows, columns = (torch.arange(side, device=raw.device) + 0.5 for side in raw.shape[1:])
        centres = torch.cartesian_prod(rows, columns).flip(1)
        sizes = raw[1:].clamp(max=9).exp().flatten(1).T
        boxes = torch.cat([centres - sizes / 2, centres + sizes / 2], dim=1)[order] * STRIDE
        keep = nms(boxes, scores, 0.5)
        boxes_xyxy = geometry.to_source(boxes[keep].detach().cpu().numpy())
        return Detections(boxes_xyxy, scores[keep].detach().cpu().numpy(), np.full(len(keep), 3))

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        raw = self.head(features[4])
        wanted, counted, log_sizes = (
            torch.zeros_like(raw[:, 0]),
            torch.ones_like(raw[:, 0]),
            torch.zeros_like(raw),
        )
        for image, truth in enumerate(targets):
            ignored = np.concatenate([truth.ignore_regions_xyxy, truth.boxes_xyxy[truth.ignore]])
            for left, top, right, bottom in (ignored / STRIDE).astype(int):
                counted[image, top : bottom + 1, left : right + 1] = 0
            for left, top, right, bottom in truth.boxes_xyxy[~truth.ignore] / STRIDE:
                row, column = int((top + bottom) / 2), int((left + right) / 2)
                wanted[image, row, column] = 1
                log_sizes[image, 1:, row, column] = raw.new_tensor([right - left, bottom - top]).log()
        surprise = F.binary_cross_entropy_with_logits(raw[:, 0], wanted, weight=counted)
        return surprise + F.smooth_l1_loss(raw[:, 1:] * wanted[:, None], log_sizes[:, 1:])

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        with torch.no_grad():
            teacher = self.head(teacher_features[4])
        return F.mse_loss(self.head(features[4]), teacher)


def make(
    weights: Path | None = None, device: str = "cpu", size: tuple[int, int] | None = None
) -> SplitDetector:
    """What `--detector` calls. A real detector loads `weights` here, without unpickling anything."""
    torch.manual_seed(0)
    detector = freeze(CustomDetector(size or (320, 192)))
    return detector.to(device)
