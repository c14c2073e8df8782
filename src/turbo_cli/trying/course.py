"""The course of a film in a bounded number of steps, however long it is."""

from dataclasses import dataclass

import numpy as np

from turbo_cli.scheduling.gains import LEVELS, FloatArray
from turbo_cli.trying.playing import Played

MOST_STEPS = 240


@dataclass(frozen=True, eq=False)
class Curves:
    """Steps of some successive frames each, often one.

    edges: (S + 1,) seconds. difficulty: (S,) mean θ of the frames that were detected, NaN without any.
    counts: (7, S) frames at levels 0…5, and those that were dropped; what was not sent is in none.
    """

    edges: FloatArray
    difficulty: FloatArray
    counts: FloatArray


class Course:
    """Takes frames as they are played; frames: of the whole film. end_s: when it ends."""

    def __init__(self, frames: int, end_s: float) -> None:
        self.frames_a_step = -(-frames // MOST_STEPS)
        steps = -(-frames // self.frames_a_step)
        self._edges = np.full(steps + 1, end_s)
        self._difficulty = np.zeros(steps)
        self._counts = np.zeros((LEVELS + 1, steps))
        self._frames = 0

    def add(self, played: Played) -> None:
        """Count the next frame."""
        traced, step = played.traced, self._frames // self.frames_a_step
        if self._frames % self.frames_a_step == 0:
            self._edges[step] = traced.arrived_at_s
        if traced.sent:
            self._counts[LEVELS if traced.level is None else traced.level, step] += 1
        if traced.level is not None and traced.difficulty is not None:
            self._difficulty[step] += traced.difficulty
        self._frames += 1

    def curves(self) -> Curves:
        """All steps, once every frame was counted."""
        detected = self._counts[:LEVELS].sum(axis=0)
        known = np.divide(self._difficulty, detected, np.full(len(detected), np.nan), where=detected > 0)
        return Curves(self._edges, known, self._counts)
