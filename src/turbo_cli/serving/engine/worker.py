"""Detector and enhancer at work, each piece timed."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from turbo_cli.artifacts.latency import Piece
from turbo_cli.boxes import Detections
from turbo_cli.detectors import SplitDetector
from turbo_cli.detectors.base import Geometry
from turbo_cli.enhancement import Enhancer
from turbo_cli.enhancement.enhancer import Detected, detect_level_0
from turbo_cli.scheduling.costs import Execution
from turbo_cli.scheduling.latency import LAYERS, WHOLE
from turbo_cli.serving.engine.clock import Clock


@dataclass(frozen=True)
class Timing:
    """What one piece took on so many frames."""

    piece: Piece
    frames: int
    ms: float


class Worker:
    """Does what a plan says, and times the pieces. enhancer: None if there is only the detector."""

    def __init__(
        self, detector: SplitDetector, enhancer: Enhancer | None, execution: Execution, clock: Clock
    ) -> None:
        self.detector = detector
        self.enhancer = enhancer
        self.execution = execution
        self._clock = clock
        self._device = next(iter(detector.state_dict().values())).device
        self._timings: list[Timing] = []
        self._marks: list[float] = []

    def take_timings(self) -> list[Timing]:
        """The timings since the last call; what an error broke off is forgotten."""
        taken, self._timings, self._marks = self._timings, [], []
        return taken

    def predict(self, images: Tensor) -> list[float]:
        """θ′ of each frame."""
        self._mark()
        predicted = self._trained.predict_difficulties(images)
        self._mark()
        self._note(["discriminator"], [len(images)])
        return predicted

    def detect(self, images: Tensor, geometry: Sequence[Geometry]) -> Detected:
        """Level 0 of all frames."""
        if self.enhancer:
            detected = self.enhancer.detect(images, geometry, self._mark)
        else:
            detected = detect_level_0(self.detector, images, geometry, self._mark)
        self._mark()
        if self.execution == "per-level":
            self._marks = [self._marks[0], self._marks[-1]]
            self._note(["level-0"], [len(images)])
        else:
            self._note(["encode", "head"], [len(images)] * 2)
        return detected

    def run(self, images: Tensor, geometry: Sequence[Geometry], levels: Sequence[int]) -> list[Detections]:
        """Discriminate-first: all frames at their levels."""
        if self.execution == "per-level":
            found: dict[int, Detections] = {}
            for level in sorted(set(levels)):
                found |= self._run_level(images, geometry, levels, level)
            return [found[row] for row in range(len(levels))]
        boxes = self._trained.run(images, levels, "staged", geometry, self._mark)
        self._mark()
        pieces, sizes = _enhancing(levels)
        self._note(["encode", *pieces, "head"], [len(levels), *sizes, len(levels)])
        return boxes

    def enhance(
        self, detected: Detected, levels: Sequence[int], time_is_up: Callable[[], bool]
    ) -> dict[int, Detections]:
        """Detect-first: the enhanced boxes by row, of the frames that were finished before time was up."""
        if self.execution == "per-level":
            found: dict[int, Detections] = {}
            for level in sorted(set(levels) - {0}):
                if not time_is_up():
                    found |= self._run_level(detected.images, detected.geometry or (), levels, level)
            return found

        def check() -> bool:
            self._mark()
            return time_is_up()

        boxes, delivered = self._trained.enhance(detected, levels, check)
        if any(delivered):
            self._mark()
        pieces, sizes = _enhancing(levels)
        self._note([*pieces, "head"], [*sizes, sum(level > 0 for level in levels)])
        return {row: boxes[row] for row, level in enumerate(delivered) if level}

    def _run_level(
        self, images: Tensor, geometry: Sequence[Geometry], levels: Sequence[int], level: int
    ) -> dict[int, Detections]:
        rows = [row for row, wanted in enumerate(levels) if wanted == level]
        self._mark()
        boxes = self._trained.run(images[rows], [level] * len(rows), "per-level", [geometry[r] for r in rows])
        self._mark()
        self._note([WHOLE[level]], [len(rows)])
        return dict(zip(rows, boxes, strict=True))

    @property
    def _trained(self) -> Enhancer:
        if self.enhancer is None:
            raise ValueError("there is no enhancer")
        return self.enhancer

    def _mark(self) -> None:
        """Note the time, once the device is done with what it was given."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        self._marks.append(self._clock.now())

    def _note(self, pieces: Sequence[Piece], sizes: Sequence[int]) -> None:
        """Time between marks, piece by piece; marks end early where the work did."""
        took_ms = [1000 * (end - begin) for begin, end in pairwise(self._marks)]
        self._marks = []
        parts: dict[Piece, list[float]] = defaultdict(list)
        frames: dict[Piece, int] = {}
        for piece, size, ms in zip(pieces, sizes, took_ms, strict=False):
            parts[piece].append(ms)
            frames[piece] = size
        self._timings += [
            Timing(piece, frames[piece], sum(ms))
            for piece, ms in parts.items()
            if len(ms) == pieces.count(piece)
        ]


def _enhancing(levels: Sequence[int]) -> tuple[list[Piece], list[int]]:
    """The pieces and their batches as staged execution runs them: first all decoder layers, then all stages.

    So each layer comes twice: by itself, and as the stage that it makes re-run.
    """
    up = range(1, max(levels, default=0) + 1)
    order = [*up, *reversed(up)]
    return [LAYERS[k - 1] for k in order], [sum(level >= k for level in levels) for k in order]
