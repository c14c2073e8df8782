"""Frames that stay decoded, for readers that come back to them in no order."""

from dataclasses import dataclass, field
from typing import Any

from turbo_cli.data.dataset import Dataset
from turbo_cli.data.images import Frame
from turbo_cli.data.selection import Selection

MOST_BYTES = 512 * 1024**2
"""Of one process: about 350 frames of 960×540. What does not fit is decoded each time."""


@dataclass(frozen=True)
class RememberedFrames(Selection):
    """A dataset whose first frames asked for are kept, up to `most_bytes`; each process keeps its own.

    A frame of a video costs a decode from the key frame before it, a tenth of a second and more where key
    frames are rare: dearer than what training does with it. Once full, nothing makes place for anything: in
    an endless shuffled order the frame that leaves is as welcome as the one that comes. Frames given out are
    those kept: they are not to be changed in place.
    """

    most_bytes: int = MOST_BYTES
    _kept: dict[int, Frame] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_kept": {}}

    def frame(self, index: int) -> Frame:
        if index in self._kept:
            return self._kept[index]
        frame = super().frame(index)
        if frame.nbytes + sum(kept.nbytes for kept in self._kept.values()) <= self.most_bytes:
            self._kept[index] = frame
        return frame


def remember(dataset: Dataset, most_bytes: int = MOST_BYTES) -> RememberedFrames:
    """The whole dataset, so remembered."""
    return RememberedFrames(dataset, tuple(range(len(dataset))), most_bytes)
