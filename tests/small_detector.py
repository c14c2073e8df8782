"""A whole `SplitDetector` of a few thousand random weights, for tests of what is built on detectors."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors.base import STAGES, Geometry, SplitDetector, freeze

CHANNELS = (4, 6, 8, 10, 12)


class SmallDetector(SplitDetector):
    """Five strided convolutions; the head finds one box a cell of C5, scored by all five maps."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.name, self.input_size, self.categories, self.channels = "small", (64, 32), {3: "car"}, CHANNELS
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            inputs = (3, *CHANNELS[:-1])
            self.stages = nn.ModuleList(
                nn.Sequential(
                    nn.Conv2d(inputs[i], CHANNELS[i], 3, 2, 1), nn.BatchNorm2d(CHANNELS[i]), nn.SiLU()
                )
                for i in range(STAGES)
            )
            self.head = nn.Conv2d(sum(CHANNELS), 5, 1)
        freeze(self)

    def prepare(self, frames: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[Geometry]]:
        width, height = self.input_size
        images = [torch.from_numpy(frame).permute(2, 0, 1)[None].float() / 255 for frame in frames]
        resized = [F.interpolate(image, (height, width), mode="bilinear") for image in images]
        sizes = [frame.shape[:2] for frame in frames]
        return torch.cat(resized), [Geometry(w, h, width / w, height / h) for h, w in sizes]

    def raw(self, features: Sequence[Tensor]) -> Tensor:
        """(B, 5, h, w): objectness logit, and the box's reach from the cell's centre in input pixels."""
        height, width = features[-1].shape[-2:]
        pooled = [F.adaptive_avg_pool2d(maps, (height, width)) for maps in features]
        predicted: Tensor = self.head(torch.cat(pooled, dim=1)).float()
        return predicted

    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        found = []
        for i, predicted in enumerate(self.raw(features)):
            rows, columns = torch.meshgrid(*map(torch.arange, predicted.shape[1:]), indexing="ij")
            centres = torch.stack([columns, rows, columns, rows], -1).flatten(0, 1) * 32.0 + 16
            reach = 8 + 8 * predicted[1:].sigmoid().flatten(1).T
            boxes = (centres + reach * torch.tensor([-1.0, -1, 1, 1])).numpy()
            scores = predicted[0].sigmoid().flatten().numpy()
            best = np.argsort(-scores, kind="stable")
            placed = boxes if geometry is None else geometry[i].to_source(boxes)
            found.append(Detections(placed[best], scores[best], np.full(len(best), 3)))
        return found

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        wanted = torch.tensor([float(len(target) > 0) for target in targets])
        objectness = self.raw(features)[:, 0].flatten(1).amax(dim=1)
        return F.binary_cross_entropy_with_logits(objectness, wanted)

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        with torch.no_grad():
            wanted = self.raw(teacher_features)
        return F.mse_loss(self.raw(features), wanted)


def make(weights: object = None, device: str = "cpu", size: object = None) -> SmallDetector:
    """The plug-in factory, for `--detector tests.small_detector:make`."""
    return SmallDetector()
