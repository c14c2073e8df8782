"""Photographs laid into mosaics, so that their objects are as small as a road camera sees them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from turbo_cli.boxes import FloatArray, Targets
from turbo_cli.data import Dataset
from turbo_cli.data.dataset import FrameInfo
from turbo_cli.training.augmentation import TrainingSamples
from turbo_cli.training.samples import Sample, Samples

LARGEST_MOSAIC = 4
PHOTOGRAPH_SCALE = (0.5, 1.0)


class Mosaics(Samples):
    """Sample p is a mosaic of 1×1 to 4×4 photographs; like `TrainingSamples` it depends on seed and p alone.

    Of most photographs only some classes are labelled, so the whole picture is an ignore region: no loss that
    needs labels counts anything here. labelled: all objects are (`turbo data label`), and do count.
    size: (width, height).
    """

    def __init__(
        self, dataset: Dataset, size: tuple[int, int], seed: int, samples: int, labelled: bool = False
    ) -> None:
        self.size = size
        self.seed = seed
        self.samples = samples
        self.labelled = labelled
        tiles = samples * LARGEST_MOSAIC**2
        self.by_side = {
            side: TrainingSamples(dataset, (size[0] // side, size[1] // side), seed, tiles, PHOTOGRAPH_SCALE)
            for side in range(1, LARGEST_MOSAIC + 1)
        }

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, position: int) -> Sample:
        side = self._side(position)
        width, height = self.size
        picture = torch.zeros(3, height, width, dtype=torch.uint8)
        first = position * LARGEST_MOSAIC**2
        labels = []
        for place in range(side**2):
            tile, targets = self.by_side[side][first + place]
            top, left = place // side * tile.shape[1], place % side * tile.shape[2]
            picture[:, top : top + tile.shape[1], left : left + tile.shape[2]] = tile
            labels.append(_moved(targets, left, top))
        return picture, _together(labels) if self.labelled else _uncounted(width, height)

    def frames(self, position: int) -> list[FrameInfo]:
        side, first = self._side(position), position * LARGEST_MOSAIC**2
        places = range(first, first + side**2)
        return [info for place in places for info in self.by_side[side].frames(place)]

    def _side(self, position: int) -> int:
        return 1 + int(np.random.default_rng((self.seed, position)).integers(LARGEST_MOSAIC))


def _moved(targets: Targets, left: int, top: int) -> Targets:
    offset = np.array([left, top, left, top], np.float32)
    return replace(
        targets,
        boxes_xyxy=targets.boxes_xyxy + offset,
        ignore_regions_xyxy=targets.ignore_regions_xyxy + offset,
    )


def _together(labels: Sequence[Targets]) -> Targets:
    return Targets(
        np.concatenate([one.boxes_xyxy for one in labels]),
        np.concatenate([one.category_ids for one in labels]),
        np.concatenate([one.ignore for one in labels]),
        np.concatenate([one.ignore_regions_xyxy for one in labels]),
    )


def _uncounted(width: int, height: int) -> Targets:
    everything: FloatArray = np.array([[0, 0, width, height]], np.float32)
    nothing = np.zeros((0, 4), np.float32)
    return Targets(nothing, np.zeros(0, np.int64), np.zeros(0, np.bool_), everything)
