"""Detecting frames at every level: those of an enhancer, larger detectors, or frames made clearer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from turbo_cli.artifacts.metadata import hash_file
from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors import SplitDetector, load_detector
from turbo_cli.detectors.base import STAGES
from turbo_cli.detectors.running import detect_batch
from turbo_cli.enhancement.baselines import Baseline, find_baselines
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.enhancement.execution import enhanced_levels
from turbo_cli.enhancement.levels import ENHANCER, Levels
from turbo_cli.enhancement.loading import find_enhancer, load_enhancer
from turbo_cli.errors import TurboError


@dataclass(frozen=True, eq=False)
class FrameBoxes:
    """levels: the boxes of one frame at each level 0…5. predicted_difficulty: D_f's θ′; None without D_f."""

    levels: tuple[Detections, ...]
    predicted_difficulty: float | None

    def difficulty(self, roi_score: float) -> float:
        """θ = 1 − c of the level-0 boxes; 1 where none scores `roi_score` (c = 0)."""
        return 1 - (confidence(self.levels[0], roi_score) or 0.0)


class Ladder(Protocol):
    """Detects frames at every level."""

    @property
    def base(self) -> SplitDetector:
        """The detector of level 0."""
        ...

    @property
    def levels(self) -> Levels:
        """What the others are made of. Two ladders of one base and the same levels give the same boxes."""
        ...

    @property
    def training_cameras(self) -> tuple[str, ...]:
        """Whose frames were trained on, as far as that is known."""
        ...

    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        """The boxes of a batch at every level."""
        ...


@dataclass(frozen=True, eq=False)
class EnhancerLadder:
    """The enhancer of `path` at its levels."""

    enhancer: Enhancer
    path: Path

    @property
    def base(self) -> SplitDetector:
        return self.enhancer.detector

    @property
    def levels(self) -> Levels:
        return Levels(ENHANCER, {self.path.name: hash_file(self.path)})

    @property
    def training_cameras(self) -> tuple[str, ...]:
        return self.enhancer.training_cameras

    @torch.inference_mode()
    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        enhancer, detector = self.enhancer, self.enhancer.detector
        images, geometry = detector.prepare(frames)
        features = detector.encode(images)
        maps = enhanced_levels(detector, enhancer.decoder, images, features, LEVELS)
        by_level = [detector.detect(at_level, geometry) for at_level in [features, *maps.values()]]
        predicted = enhancer.predict_difficulties(images)
        return [FrameBoxes(*row) for row in zip(zip(*by_level, strict=True), predicted, strict=True)]


class WholeLadder(ABC):
    """Every level is a detection of its own, the last one's for the levels above.

    There is no D_f, so θ′ is θ: a plan by it is better informed than it could be.
    """

    base: SplitDetector
    training_cameras: tuple[str, ...] = ()

    @property
    @abstractmethod
    def levels(self) -> Levels:
        """As `Ladder` has it."""

    @abstractmethod
    def detect_at(self, level: int, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of a batch at a level below `levels.count`."""

    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        """As `Ladder` has it."""
        by_level = [self.detect_at(level, frames) for level in range(self.levels.count)]
        by_level += [by_level[-1]] * (1 + STAGES - len(by_level))
        return [FrameBoxes(levels, None) for levels in zip(*by_level, strict=True)]


@dataclass(frozen=True, eq=False)
class DetectorLadder(WholeLadder):
    """Model switching (Fig. 12): each level is a larger detector."""

    base: SplitDetector
    larger: Sequence[SplitDetector]

    @property
    def levels(self) -> Levels:
        hashes = {detector.name: detector.weights_hash for detector in self.larger}
        return Levels(f"detectors:{','.join(detector.name for detector in self.larger)}", hashes)

    def detect_at(self, level: int, frames: Sequence[Frame]) -> list[Detections]:
        return detect_batch([self.base, *self.larger][level], frames)


@dataclass(frozen=True, eq=False)
class ImageLadder(WholeLadder):
    """Image enhancement (Fig. 11): each level is level 0 on frames that a baseline made clearer."""

    base: SplitDetector
    baselines: Mapping[str, Baseline]

    @property
    def levels(self) -> Levels:
        return Levels(f"images:{','.join(self.baselines)}")

    def detect_at(self, level: int, frames: Sequence[Frame]) -> list[Detections]:
        baseline = [None, *self.baselines.values()][level]
        return detect_batch(self.base, [baseline(frame) for frame in frames] if baseline else frames)


def load_ladder(
    levels: str, base: SplitDetector, enhancer: Path | None, device: str = "cpu"
) -> EnhancerLadder | WholeLadder:
    """`enhancer`, `detectors:NAME,NAME` or `images:BASELINE,BASELINE` above the detector as level 0.

    Raises `TurboError` for anything else, more than five levels, or what cannot be loaded.
    """
    kind, _, names = levels.partition(":")
    if levels == ENHANCER:
        if enhancer is None:
            raise TurboError("levels of an enhancer need its weights", "add --enhancer enhancer.safetensors")
        return EnhancerLadder(load_enhancer(enhancer, base), find_enhancer(enhancer))
    if kind not in ("detectors", "images") or not 1 <= len(names.split(",")) <= STAGES:
        raise TurboError(
            f"levels {levels!r}: not enhancer, detectors:NAMES or images:NAMES, one to five of them",
            "write for example detectors:efficientdet-d4,efficientdet-d7",
        )
    if kind == "images":
        baselines = find_baselines(names, device)
        if not 1 <= len(baselines) <= STAGES:
            raise TurboError(f"levels {levels!r}: {len(baselines)} baselines", "name one to five of them")
        return ImageLadder(base, baselines)
    return DetectorLadder(base, [load_detector(name, device=device) for name in names.split(",")])
