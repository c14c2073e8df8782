"""The one internal dataset: COCO JSON plus sequences, frames read lazily."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from turbo_cli.boxes import Targets

Frame = NDArray[np.uint8]
"""One image: (height, width, 3) uint8 RGB."""


@dataclass(frozen=True)
class FrameInfo:
    """What is known of a frame without decoding it.

    image_id: the id in COCO JSON (frame index + 1 for a video without labels).
    index: position in its camera's sequence, from 0. timestamp: seconds from the sequence's start.
    """

    image_id: int
    camera: str
    index: int
    timestamp: float
    width: int
    height: int


class Dataset(Protocol):
    """Frames in order, camera by camera, each decoded only when asked for."""

    @property
    def path(self) -> Path:
        """Where it was opened from."""
        ...

    @property
    def categories(self) -> dict[int, str]:
        """Class names by COCO id (1000 and up for classes that COCO lacks)."""
        ...

    @property
    def frames(self) -> Sequence[FrameInfo]:
        """One entry a frame; `frame(i)` and `targets(i)` belong to `frames[i]`."""
        ...

    @property
    def labelled(self) -> bool:
        """Whether there is ground truth (a dataset may have frames only)."""
        ...

    def __len__(self) -> int: ...

    def frame(self, index: int) -> Frame:
        """Decode one frame. Raises `TurboError` if it cannot be read."""
        ...

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame; empty if there is none."""
        ...


def open_dataset(path: str | Path) -> Dataset:
    """Open a dataset folder, a COCO JSON file, an image, a folder of images, or any video that PyAV opens.

    Raises `TurboError` where nothing usable is found.
    """
    raise NotImplementedError(path)
