"""Some frames of a dataset as a dataset."""

from collections.abc import Sequence
from pathlib import Path

from turbo_cli.boxes import Targets
from turbo_cli.data.dataset import Dataset, FrameInfo
from turbo_cli.data.images import Frame


class Subset:
    """The `Dataset` of the frames at `positions` of another, in that order."""

    def __init__(self, dataset: Dataset, positions: Sequence[int]) -> None:
        self._dataset = dataset
        self._positions = positions

    @property
    def path(self) -> Path:
        return self._dataset.path

    @property
    def categories(self) -> dict[int, str]:
        return self._dataset.categories

    @property
    def frames(self) -> Sequence[FrameInfo]:
        return [self._dataset.frames[position] for position in self._positions]

    @property
    def labelled(self) -> bool:
        return self._dataset.labelled

    def __len__(self) -> int:
        return len(self._positions)

    def frame(self, index: int) -> Frame:
        """Decode one frame. Raises `TurboError` if it cannot be read."""
        return self._dataset.frame(self._positions[index])

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame."""
        return self._dataset.targets(self._positions[index])
