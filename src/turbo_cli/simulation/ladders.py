"""What the levels of a replay are: those of an enhancer, larger detectors, or frames made clearer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from turbo_cli.artifacts.metadata import hash_file
from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors import SplitDetector, load_detector
from turbo_cli.detectors.running import detect_batch
from turbo_cli.enhancement import Enhancer, load_enhancer
from turbo_cli.enhancement.baselines import Baseline, find_baselines
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.enhancement.execution import enhanced_levels
from turbo_cli.enhancement.loading import find_enhancer
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.gains import LEVELS


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
    def content(self) -> str:
        """Two ladders with the same content give the same boxes."""
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
    def content(self) -> str:
        return f"{self.enhancer.detector.weights_hash} {hash_file(self.path)}"

    @torch.inference_mode()
    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        enhancer, detector = self.enhancer, self.enhancer.detector
        images, geometry = detector.prepare(frames)
        features = detector.encode(images)
        maps = enhanced_levels(detector, enhancer.decoder, images, features, range(1, LEVELS))
        by_level = [detector.detect(at_level, geometry) for at_level in [features, *maps.values()]]
        predicted = enhancer.predict_difficulties(images)
        return [FrameBoxes(*row) for row in zip(zip(*by_level, strict=True), predicted, strict=True)]


@dataclass(frozen=True, eq=False)
class DetectorLadder:
    """Model switching (Fig. 12): each level is a larger detector, the last one's for the levels above.

    There is no D_f, so θ′ is θ: a plan by it is better informed than it could be.
    """

    detectors: Sequence[SplitDetector]

    @property
    def base(self) -> SplitDetector:
        return self.detectors[0]

    @property
    def content(self) -> str:
        return " ".join(detector.weights_hash for detector in self.detectors)

    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        return _without_discriminator([detect_batch(detector, frames) for detector in self.detectors])


@dataclass(frozen=True, eq=False)
class ImageLadder:
    """Image enhancement (Fig. 11): each level is level 0 on frames that a baseline made clearer."""

    base: SplitDetector
    baselines: Mapping[str, Baseline]

    @property
    def content(self) -> str:
        return f"{self.base.weights_hash} {' '.join(self.baselines)}"

    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        clearer = [[baseline(frame) for frame in frames] for baseline in self.baselines.values()]
        return _without_discriminator([detect_batch(self.base, batch) for batch in [frames, *clearer]])


def load_ladder(levels: str, detector: str, enhancer: Path | None, device: str = "cpu") -> Ladder:
    """`enhancer`, `detectors:NAME,NAME` or `images:BASELINE,BASELINE` above the detector as level 0.

    Raises `TurboError` for anything else, more than five levels, or what cannot be loaded.
    """
    kind, _, names = levels.partition(":")
    base = load_detector(detector, device=device)
    if levels == "enhancer":
        if enhancer is None:
            raise TurboError("a replay needs the enhancer's weights", "add --enhancer enhancer.safetensors")
        return EnhancerLadder(load_enhancer(enhancer, base), find_enhancer(enhancer))
    if kind not in ("detectors", "images") or not 1 <= len(names.split(",")) < LEVELS:
        raise TurboError(
            f"levels {levels!r}: not enhancer, detectors:NAMES or images:NAMES, one to five of them",
            "write for example detectors:efficientdet-d4,efficientdet-d7",
        )
    if kind == "images":
        baselines = find_baselines(names, device)
        if not 1 <= len(baselines) < LEVELS:
            raise TurboError(f"levels {levels!r}: {len(baselines)} baselines", "name one to five of them")
        return ImageLadder(base, baselines)
    return DetectorLadder([base, *(load_detector(name, device=device) for name in names.split(","))])


def _without_discriminator(by_level: list[list[Detections]]) -> list[FrameBoxes]:
    by_level += [by_level[-1]] * (LEVELS - len(by_level))
    return [FrameBoxes(levels, None) for levels in zip(*by_level, strict=True)]
