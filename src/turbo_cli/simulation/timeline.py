"""A trace over time, in a bounded number of steps however long it is."""

from dataclasses import dataclass

import numpy as np

from turbo_cli.scheduling.gains import LEVELS, FloatArray
from turbo_cli.simulation.summary import Tally
from turbo_cli.simulation.windows import TracedWindow

MOST_STEPS = 240


@dataclass(frozen=True, eq=False)
class Curves:
    """(S,) each, at least one step. at_s: where each begins. sent: frames a second. level_0, busy: shares of
    the time that the device works without Turbo, and in all. gain: expected change of AP of a frame that was
    sent. levels: (6, S) shares of the frames that were detected.
    """

    at_s: FloatArray
    sent: FloatArray
    level_0: FloatArray
    busy: FloatArray
    gain: FloatArray
    levels: FloatArray


class Timeline:
    """Sums over steps of a number of windows, which doubles whenever they would be too many."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.windows_a_step = 1
        self._steps = 1
        self._sums = np.zeros((MOST_STEPS, 4 + LEVELS))

    def add(self, window: TracedWindow) -> None:
        """Count one window, here and in the tally."""
        self.tally.add(window)
        while window.number >= MOST_STEPS * self.windows_a_step:
            self._halve()
        sent = [frame for frame in window.frames if frame.sent]
        reached = [frame.level for frame in sent]
        gain = sum(map(self.tally.gain, sent))
        row = [len(sent), window.level_0_ms, window.busy_ms, gain, *map(reached.count, range(LEVELS))]
        self._steps = window.number // self.windows_a_step + 1
        self._sums[self._steps - 1] += row

    def _halve(self) -> None:
        self._sums[: MOST_STEPS // 2] = self._sums[::2] + self._sums[1::2]
        self._sums[MOST_STEPS // 2 :] = 0
        self.windows_a_step *= 2

    def curves(self) -> Curves:
        """What was added so far."""
        step_ms = self.windows_a_step * self.tally.window_ms
        sent, level_0_ms, busy_ms, gain, *levels = self._sums[: self._steps].T
        return Curves(
            np.arange(self._steps) * step_ms / 1000,
            sent / (step_ms / 1000),
            level_0_ms / step_ms,
            busy_ms / step_ms,
            gain / np.maximum(sent, 1),
            np.array(levels) / np.maximum(np.sum(levels, axis=0), 1),
        )
