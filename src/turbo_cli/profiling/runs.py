"""The timed runs of one row of `latency.csv`, and what is made of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import t

from turbo_cli.artifacts.latency import Piece, PieceLatency
from turbo_cli.profiling.monitors.base import DeviceSample

PASSES = 10
"""A precise row has at least so many blocks …"""

RUNS_A_BLOCK = 10
"""… of so many runs each, so 100 in all."""

MOST_PASSES = 4 * PASSES
LEAST_SHARE_S = 0.05
"""Of a row's time, in one pass: for less it is not worth preparing its frames."""

PRECISION = 0.02
"""Half the width of the mean's 95 % interval, as a share of it, that is precise enough."""


def passes_within(max_seconds: float) -> int:
    """How many passes over the whole table there are at most; then it ends, precise or not."""
    return min(max(round(max_seconds / LEAST_SHARE_S), PASSES), MOST_PASSES)


@dataclass(frozen=True)
class Block:
    """Runs one after the other. processor_s: of this process in them. sample: of the device after them."""

    times_ms: tuple[float, ...]
    processor_s: float
    sample: DeviceSample
    memory_peak_bytes: int | None = None

    @property
    def mean_ms(self) -> float:
        return float(np.mean(self.times_ms))


@dataclass
class RowRuns:
    """The blocks of one row so far, from passes all over the measurement.

    The mean's interval comes from the blocks' means, not from single runs: what drifts slowly (clocks, heat,
    other load, what the frames show) moves a whole block, and runs of one block agree far better than runs of
    two.
    """

    blocks: list[Block] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(sum(block.times_ms) for block in self.blocks) / 1e3

    @property
    def mean_ms(self) -> float:
        return float(np.mean([block.mean_ms for block in self.blocks]))

    @property
    def interval_ms(self) -> float:
        """Half the width of the mean's 95 % interval (Student's t over blocks); infinite for one block."""
        count = len(self.blocks)
        if count < 2:
            return math.inf
        deviation = float(np.std([block.mean_ms for block in self.blocks], ddof=1))
        return float(t.ppf(0.975, count - 1)) * deviation / math.sqrt(count)

    @property
    def precise(self) -> bool:
        """Whether enough blocks agree well enough."""
        return len(self.blocks) >= PASSES and self.interval_ms < PRECISION * self.mean_ms

    def due(self, number: int, max_seconds: float) -> bool:
        """Whether the row takes part in pass `number` (from 0): its time is spread evenly over all passes.

        A row that takes long sits passes out; two blocks, which an interval needs, it always gets.
        """
        return len(self.blocks) < 2 or self.seconds < max_seconds * (number + 1) / passes_within(max_seconds)

    def row(self, piece: Piece, batch_size: int) -> PieceLatency:
        """The row of the table. Needs two blocks."""
        times = np.concatenate([block.times_ms for block in self.blocks])
        median, p95, p99 = np.quantile(times, (0.5, 0.95, 0.99)).tolist()
        peaks = [block.memory_peak_bytes for block in self.blocks if block.memory_peak_bytes is not None]
        return PieceLatency(
            piece,
            batch_size,
            self.mean_ms,
            "measured",
            median_ms=median,
            p95_ms=p95,
            p99_ms=p99,
            interval_ms=self.interval_ms,
            runs=len(times),
            memory_peak_bytes=max(peaks, default=None),
            power_w=self._mean_told(lambda sample: sample.power_w),
            clock_mhz=self._mean_told(lambda sample: sample.clock_mhz),
            temperature_c=self._mean_told(lambda sample: sample.temperature_c),
        )

    def _mean_told(self, of: Callable[[DeviceSample], float | None]) -> float | None:
        told = [value for block in self.blocks if (value := of(block.sample)) is not None]
        return float(np.mean(told)) if told else None
