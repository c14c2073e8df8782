"""Training samples: frames in an endless shuffled order, flipped, cropped, scaled and recoloured."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2

from turbo_cli.boxes import FloatArray, Targets
from turbo_cli.data import Dataset
from turbo_cli.data.dataset import FrameInfo
from turbo_cli.training.samples import Sample, Samples

SMALLEST_SIDE = 2.0
"""Boxes that a crop leaves narrower or lower than this, in pixels, are dropped."""

LEAST_VISIBLE = 0.4
"""A box of which a crop leaves a smaller share is ignored: neither a hit nor a miss."""


class TrainingSamples(Samples):
    """Sample p of a run is frame p of the shuffled epochs laid end to end, augmented.

    Order and augmentation depend on `seed` and p alone: any worker may make it, and a resumed run needs
    no other state than its position. size: (width, height) of the samples. scale: the least and the
    largest share of the frame's area that a sample shows.
    """

    def __init__(
        self,
        dataset: Dataset,
        size: tuple[int, int],
        seed: int,
        samples: int,
        scale: tuple[float, float] = (0.25, 1.0),
    ) -> None:
        self.dataset = dataset
        self.seed = seed
        self.samples = samples
        width, height = size
        ratio = width / height
        self.transform = v2.Compose(
            [
                v2.RandomHorizontalFlip(),
                v2.RandomResizedCrop((height, width), scale=scale, ratio=(ratio * 0.8, ratio * 1.25)),
                v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.3),
            ]
        )

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, position: int) -> Sample:
        index = self._row(position)
        image = tv_tensors.Image(torch.from_numpy(self.dataset.frame(index)).permute(2, 0, 1))
        targets = self.dataset.targets(index)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_mix(self.seed, position))
            image, boxes, regions = self.transform(
                image, _unclamped(targets.boxes_xyxy, image), _unclamped(targets.ignore_regions_xyxy, image)
            )
        return image.as_subclass(Tensor), _cropped(boxes, regions, targets)

    def frames(self, position: int) -> list[FrameInfo]:
        return [self.dataset.frames[self._row(position)]]

    def _row(self, position: int) -> int:
        epoch, place = divmod(position, len(self.dataset))
        return _order(len(self.dataset), self.seed, epoch)[place]


def _cropped(boxes: tv_tensors.BoundingBoxes, regions: tv_tensors.BoundingBoxes, targets: Targets) -> Targets:
    """The targets as far as they lie inside the crop; boxes mostly cut off are ignored."""
    before, after = _array(boxes), _array(v2.functional.clamp_bounding_boxes(boxes, clamping_mode="soft"))
    sides = after[:, 2:] - after[:, :2]
    visible = sides.prod(1) / (before[:, 2:] - before[:, :2]).prod(1).clip(min=1e-6)
    kept = sides.min(1, initial=np.inf) >= SMALLEST_SIDE
    return Targets(
        boxes_xyxy=after[kept],
        category_ids=targets.category_ids[kept],
        ignore=(targets.ignore | (visible < LEAST_VISIBLE))[kept],
        ignore_regions_xyxy=_array(regions),
    )


def _unclamped(boxes_xyxy: FloatArray, image: Tensor) -> tv_tensors.BoundingBoxes:
    height, width = image.shape[1:]
    return tv_tensors.BoundingBoxes(
        torch.from_numpy(boxes_xyxy), format="XYXY", canvas_size=(height, width), clamping_mode=None
    )


def _array(boxes: Tensor) -> FloatArray:
    return boxes.as_subclass(Tensor).numpy().astype(np.float32)


@lru_cache(maxsize=2)
def _order(count: int, seed: int, epoch: int) -> list[int]:
    """The frames' order in one epoch."""
    return [int(i) for i in np.random.default_rng((seed, epoch)).permutation(count)]


def _mix(seed: int, position: int) -> int:
    """One 63-bit seed from two numbers, without the collisions of a sum."""
    return int(np.random.SeedSequence((seed, position)).generate_state(1, np.uint64)[0] >> 1)
