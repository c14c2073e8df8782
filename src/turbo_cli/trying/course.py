"""The course of a film in a bounded number of steps, however long it is."""

from dataclasses import dataclass

import numpy as np

from turbo_cli.scheduling.gains import LEVELS, FloatArray
from turbo_cli.trying.playing import Played

MOST_STEPS = 240


@dataclass(frozen=True)
class Step:
    """Some successive frames, often one. difficulty: mean θ of the detected ones; None if there are none.

    shares: by level 0…5, of all frames of the step; dropped: the share that overload kept from the detector.
    """

    start_s: float
    frames: int
    difficulty: float | None
    shares: tuple[float, ...]
    dropped: float


class Course:
    """Sums over steps of so many frames each; frames: of the whole film."""

    def __init__(self, frames: int) -> None:
        self._a_step = -(-frames // MOST_STEPS)
        steps = -(-frames // self._a_step)
        self._starts = np.zeros(steps)
        self._sums = np.zeros((steps, 3 + LEVELS))
        self._frames = 0

    def add(self, played: Played) -> None:
        """Count the next frame."""
        step, traced = self._frames // self._a_step, played.traced
        if self._frames % self._a_step == 0:
            self._starts[step] = traced.arrived_at_s
        reached = np.arange(LEVELS) == (-1 if traced.level is None else traced.level)
        difficulty = traced.difficulty if traced.level is not None and traced.difficulty is not None else 0.0
        self._sums[step] += [1, traced.sent and traced.level is None, difficulty, *reached]
        self._frames += 1

    def steps(self) -> list[Step]:
        """All steps, once every frame was counted."""
        return [_step(start, sums) for start, sums in zip(self._starts.tolist(), self._sums, strict=True)]


def _step(start_s: float, sums: FloatArray) -> Step:
    frames, dropped, difficulty, *levels = sums.tolist()
    detected = sum(levels)
    return Step(
        start_s,
        int(frames),
        difficulty / detected if detected else None,
        tuple(count / frames for count in levels),
        dropped / frames,
    )
