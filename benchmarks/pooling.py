"""Evaluations of different enhancers on different cameras, as one."""

from dataclasses import dataclass
from pathlib import Path

from turbo_cli.artifacts import detections
from turbo_cli.boxes import Detections, Targets
from turbo_cli.data import Dataset


@dataclass(frozen=True)
class Pooled:
    """Labelled datasets one after another, and for each the folder of `turbo evaluate --boxes`."""

    parts: list[Dataset]
    folders: list[Path]

    @property
    def categories(self) -> dict[int, str]:
        """Class names by COCO id; the parts have the same."""
        return self.parts[0].categories

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame."""
        for part in self.parts:
            if index < len(part):
                return part.targets(index)
            index -= len(part)
        raise IndexError(index)

    def found(self, *names: str) -> list[Detections]:
        """One entry a frame: what a way found; it has one name for all parts, or one for each."""
        found = []
        for part, folder, name in zip(
            self.parts, self.folders, names * (len(self.parts) // len(names)), strict=True
        ):
            by_id = detections.read(folder / f"{name}.json")
            found += [by_id.get(info.image_id, Detections.empty()) for info in part.frames]
        return found
