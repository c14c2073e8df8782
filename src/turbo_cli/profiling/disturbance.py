"""Was the device undisturbed while it was measured?"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from turbo_cli.profiling.monitors.base import DeviceSample, Monitor
from turbo_cli.profiling.runs import RowRuns

OTHER_CORES = 0.25
"""Processor cores kept busy by other processes, on average, from which on a measurement is disturbed."""

HELD_UP = 0.05
"""Share of a timed run on the processor in which this process did not get to run."""

BUSY_BEFORE = 0.1
"""Utilisation of a GPU before anything of ours ran on it."""

SLOWER = 0.05
"""By how much the last blocks of runs may be slower than the first, in the median row."""


@dataclass(frozen=True)
class Disturbance:
    """None is what does not apply or is not told.

    other_cores: kept busy by other processes, on average. held_up: share of the timed runs in which this
    process did not run. busy_before: utilisation before the first run. throttled: share of the samples.
    slower: by which the last blocks exceed the first, in the median row.
    """

    other_cores: float | None
    held_up: float | None
    busy_before: float | None
    throttled: float | None
    slower: float | None

    def complaints(self) -> list[str]:
        """What was not as it should be, a sentence each."""
        found = []
        if (self.other_cores or 0) > OTHER_CORES:
            found.append(f"other processes kept {self.other_cores:.1f} of {os.cpu_count()} cores busy")
        if (self.held_up or 0) > HELD_UP:
            found.append(f"this process had to wait for {self.held_up:.0%} of the time it was measured")
        if (self.busy_before or 0) > BUSY_BEFORE:
            found.append(f"the device was {self.busy_before:.0%} busy before anything ran on it")
        if self.throttled:
            found.append(f"heat or power slowed the device down in {self.throttled:.0%} of the samples")
        if (self.slower or 0) > SLOWER:
            found.append(f"runs grew {self.slower:.0%} slower from the first to the last")
        return found


class Watch:
    """Looks at a device between the blocks of a measurement."""

    def __init__(self, monitor: Monitor, device: torch.device) -> None:
        self._monitor = monitor
        self._on_cpu = device.type == "cpu"
        self._before = monitor.sample()
        self._began_s = self._last_s = time.perf_counter()
        self._own_before_s = time.process_time()
        self._busy_s = 0.0
        self._throttled: list[bool] = []

    def look(self) -> DeviceSample:
        """Take a sample, after a block."""
        sample, now_s = self._monitor.sample(), time.perf_counter()
        self._busy_s += sample.utilisation * (os.cpu_count() or 1) * (now_s - self._last_s)
        self._last_s = now_s
        if sample.throttled is not None:
            self._throttled.append(sample.throttled)
        return sample

    def found(self, rows: Sequence[RowRuns]) -> Disturbance:
        """What disturbed the measurement up to the last look; `rows` are all of it."""
        growths = [row.blocks[-1].mean_ms / row.blocks[0].mean_ms - 1 for row in rows]
        return Disturbance(
            other_cores=self._other_cores() if self._on_cpu else None,
            held_up=_held_up(rows) if self._on_cpu else None,
            busy_before=None if self._on_cpu else self._before.utilisation,
            throttled=sum(self._throttled) / len(self._throttled) if self._throttled else None,
            slower=float(np.median(growths)),
        )

    def _other_cores(self) -> float:
        own_s = time.process_time() - self._own_before_s
        return max(self._busy_s - own_s, 0.0) / (self._last_s - self._began_s)


def _held_up(rows: Sequence[RowRuns]) -> float:
    """Of several threads some may wait for others of the same process: that is no delay."""
    ran_s = sum(block.processor_s for row in rows for block in row.blocks)
    return max(1 - ran_s / sum(row.seconds for row in rows), 0.0)
