"""What samples are, and which frames a batch of them shows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from turbo_cli.boxes import Targets
from turbo_cli.data.dataset import FrameInfo
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.errors import TurboError

Sample = tuple[Tensor, Targets]
"""(3, height, width) uint8 RGB and its ground truth in the same pixels."""


class Traceable(ABC):
    """An endless run of samples, each of which depends on a seed and its position alone."""

    @abstractmethod
    def frames(self, position: int) -> list[FrameInfo]:
        """The frames that the sample at `position` shows."""


class Samples(TorchDataset[Sample], Traceable):
    """A run of pictures with their ground truth."""


@dataclass(frozen=True)
class Batch:
    """Where in a run a batch stands: `step` from 0, and the runs of samples that it takes `size` of each."""

    step: int
    size: int
    sources: Sequence[Traceable]

    @property
    def frames(self) -> str:
        """`frames 3, 7 of camera 'north'; 0 of camera 'south'`."""
        positions = range(self.step * self.size, (self.step + 1) * self.size)
        shown: dict[str, list[int]] = {}
        for source in self.sources:
            for info in (info for position in positions for info in source.frames(position)):
                shown.setdefault(info.camera, []).append(info.index)
        parts = [
            f"{', '.join(map(str, sorted(set(rows))))} of camera {name!r}" for name, rows in shown.items()
        ]
        return f"frames {'; '.join(parts)}"


def sample_size(detector: SplitDetector, crop: tuple[int, int] | None) -> tuple[tuple[int, int], float]:
    """(width, height) of a run's samples, and the share of the detector's input that they show.

    Raises `TurboError` for a crop that the detector cannot take.
    """
    full_width, full_height = detector.input_size
    if crop is None:
        return detector.input_size, 1.0
    width, height = crop
    if width % detector.size_multiple or height % detector.size_multiple:
        message = f"--crop {width}x{height}: {detector.name} takes multiples of {detector.size_multiple} only"
        raise TurboError(message, "round both sides to such multiples")
    if width > full_width or height > full_height:
        message = (
            f"--crop {width}x{height}: larger than the input of {detector.name}, {full_width}x{full_height}"
        )
        raise TurboError(message, "leave out --crop to train on whole frames")
    return crop, width * height / (full_width * full_height)
