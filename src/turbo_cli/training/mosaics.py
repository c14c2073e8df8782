"""Photographs laid into mosaics, so that their objects are as small as a road camera sees them."""

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

    Photographs come without a right to their labels (often only some classes are labelled), so the whole
    picture is an ignore region: no loss that needs labels counts anything here. size: (width, height).
    """

    def __init__(self, dataset: Dataset, size: tuple[int, int], seed: int, samples: int) -> None:
        self.size = size
        self.seed = seed
        self.samples = samples
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
        for place in range(side**2):
            tile, _ = self.by_side[side][first + place]
            top, left = place // side * tile.shape[1], place % side * tile.shape[2]
            picture[:, top : top + tile.shape[1], left : left + tile.shape[2]] = tile
        return picture, _uncounted(width, height)

    def frames(self, position: int) -> list[FrameInfo]:
        side, first = self._side(position), position * LARGEST_MOSAIC**2
        places = range(first, first + side**2)
        return [info for place in places for info in self.by_side[side].frames(place)]

    def _side(self, position: int) -> int:
        return 1 + int(np.random.default_rng((self.seed, position)).integers(LARGEST_MOSAIC))


def _uncounted(width: int, height: int) -> Targets:
    everything: FloatArray = np.array([[0, 0, width, height]], np.float32)
    nothing = np.zeros((0, 4), np.float32)
    return Targets(nothing, np.zeros(0, np.int64), np.zeros(0, np.bool_), everything)
