"""Some frames of a dataset as a dataset of their own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from turbo_cli.boxes import Targets
from turbo_cli.data.dataset import Dataset, FrameInfo
from turbo_cli.data.images import Frame
from turbo_cli.data.statistics import spread
from turbo_cli.errors import TurboError, nearest

ROUNDING = 1e-6
"""Shares of a frame time by which a time stamp may fall short of its moment."""


@dataclass(frozen=True)
class Selection:
    """The frames of `whole` at `rows`, in that order; still lazy."""

    whole: Dataset
    rows: tuple[int, ...]

    @property
    def path(self) -> Path:
        return self.whole.path

    @property
    def categories(self) -> dict[int, str]:
        return self.whole.categories

    @cached_property
    def frames(self) -> Sequence[FrameInfo]:
        return [self.whole.frames[row] for row in self.rows]

    @property
    def labelled(self) -> bool:
        return self.whole.labelled

    def __len__(self) -> int:
        return len(self.rows)

    def frame(self, index: int) -> Frame:
        return self.whole.frame(self.rows[index])

    def targets(self, index: int) -> Targets:
        return self.whole.targets(self.rows[index])

    def reads(self, path: Path) -> bool:
        return self.whole.reads(path)


def spread_frames(dataset: Dataset, count: int | None) -> Dataset:
    """At most `count` frames, evenly spread over the dataset; all of them for None."""
    if count is None:
        return dataset
    return Selection(dataset, tuple(spread(range(len(dataset)), count)))


def first_frames(dataset: Dataset, count: int | None, fps: float | None) -> Dataset:
    """The first `count` frames, no more than `fps` a second of a camera's own time; None: no such limit."""
    rows = np.arange(len(dataset))
    if fps is not None:
        ticks = [(info.camera, math.floor(info.timestamp * fps + ROUNDING)) for info in dataset.frames]
        rows = rows[[place == 0 or ticks[place - 1] != tick for place, tick in enumerate(ticks)]]
    return Selection(dataset, tuple(rows[:count].tolist()))


def split_off_cameras(dataset: Dataset, cameras: Sequence[str]) -> tuple[Selection, Selection]:
    """(all other cameras, these cameras). Raises `TurboError` for a camera that the dataset lacks."""
    known = {info.camera for info in dataset.frames}
    for camera in cameras:
        if camera not in known:
            raise TurboError(f"{dataset.path}: no camera {camera!r}", nearest(camera, known))
    chosen = set(cameras)
    rest = tuple(row for row, info in enumerate(dataset.frames) if info.camera not in chosen)
    held_out = tuple(row for row, info in enumerate(dataset.frames) if info.camera in chosen)
    return Selection(dataset, rest), Selection(dataset, held_out)
