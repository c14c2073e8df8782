"""A device monitor running beside the work."""

import dataclasses
import statistics
import threading
import time
import warnings
from collections import deque
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.profiling.monitors.base import DeviceSample, Monitor

KEPT = 36_000
"""Samples; the oldest go first, so that a server's memory does not grow."""

PATIENCE_S = 5.0
"""How long the end waits for a driver that hangs."""


@dataclass(frozen=True)
class TimedSample:
    """at_s: seconds since the sampling began."""

    at_s: float
    sample: DeviceSample


@dataclass(frozen=True)
class Spread:
    """Of one field over the samples that tell it."""

    mean: float
    p95: float


class Sampling:
    """`with Sampling(monitor) as sampling:` takes a sample every `interval_s`, in a thread of its own.

    A block shorter than the interval has one sample, taken at its end. A driver that fails stops nothing:
    what it said last is in `problem`, and one `TurboWarning` at the end says how often it failed.
    """

    def __init__(self, monitor: Monitor, interval_s: float = 0.5) -> None:
        self.monitor = monitor
        self.problem: str | None = None
        self.failures = 0
        self._interval_s = interval_s
        self._samples: deque[TimedSample] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="device monitor", daemon=True)

    def __enter__(self) -> "Sampling":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(PATIENCE_S)
        if self.failures:
            tried = self.failures + len(self._samples)
            message = f"device monitor: {self.failures} of {tried} samples failed: {self.problem}"
            warnings.warn(message, TurboWarning, stacklevel=2)

    @property
    def samples(self) -> list[TimedSample]:
        """Those so far, in order of time; at most the last `KEPT`."""
        with self._lock:
            return list(self._samples)

    def summary(self) -> dict[str, Spread]:
        """By field of `DeviceSample`, those that the device told so far (`throttled`: the share)."""
        samples = [timed.sample for timed in self.samples]
        told = {
            field.name: [value for one in samples if (value := getattr(one, field.name)) is not None]
            for field in dataclasses.fields(DeviceSample)
        }
        return {
            name: Spread(statistics.fmean(values), float(np.quantile(np.array(values, float), 0.95)))
            for name, values in told.items()
            if values
        }

    def _run(self) -> None:
        while not self._ending.wait(self._interval_s):
            self._take()
        if not self._samples:
            self._take()

    def _take(self) -> None:
        try:
            timed = TimedSample(time.monotonic() - self._began, self.monitor.sample())
        except TurboError as error:
            self.failures, self.problem = self.failures + 1, str(error)
            return
        with self._lock:
            self._samples.append(timed)
