"""What tests of the trainings share: a run that is broken off, and the files between the stages."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from turbo_cli.artifacts import difficulty, gan
from turbo_cli.artifacts.difficulty import FrameDifficulty
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset
from turbo_cli.detectors import SplitDetector
from turbo_cli.training.game import Gan
from turbo_cli.training.stage_one import gan_weights

T = TypeVar("T")


@dataclass(frozen=True)
class InterruptedAt:
    """A `Track` whose user presses Ctrl-C when `step` steps are done (None: never)."""

    step: int | None

    def __call__(self, items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
        for done, item in enumerate(items):
            if done == self.step:
                raise KeyboardInterrupt
            yield item


def provenance(detector: SplitDetector) -> Provenance:
    return Provenance(detector=detector.name, detector_weights_hash=detector.weights_hash, seed=0)


def write_difficulty(path: Path, dataset: Dataset, detector: SplitDetector) -> Path:
    """Every second frame is easy, the others hard."""
    rows = tuple(
        FrameDifficulty(
            camera=info.camera,
            index=info.index,
            confidence=(0.75, 0.25)[i % 2],
            difficulty=(0.25, 0.75)[i % 2],
            rois=1,
            class_=("easy", "hard")[i % 2],
        )
        for i, info in enumerate(dataset.frames)
    )
    difficulty.write(path, difficulty.DifficultyTable(provenance(detector), rows))
    return path


def write_gan(path: Path, detector: SplitDetector) -> Path:
    """An untrained GAN."""
    gan.write(path, gan_weights(Gan(detector.channels), provenance(detector)))
    return path
