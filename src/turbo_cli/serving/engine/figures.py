"""Counters that the window loop moves and everybody may read."""

import bisect
from collections import Counter, deque
from threading import Lock

from turbo_cli.scheduling.gains import LEVELS
from turbo_cli.serving.engine.status import FrameCounts, Histogram, WindowReport

UPPER_MS = (10.0, 20.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 5000.0)
RECENT = 300
"""Windows that are remembered one by one."""

UTILISATION = 50
"""Windows that it looks back."""

MEMORY = 0.1
"""Weight of the newest window in the mean number of frames."""


class _Tally:
    """What became of the frames of one camera."""

    def __init__(self) -> None:
        self.what: Counter[str | int] = Counter()
        self.buckets = [0] * (len(UPPER_MS) + 1)
        self.sum_ms = 0.0

    def counts(self) -> FrameCounts:
        levels = tuple(self.what[level] for level in range(LEVELS))
        return FrameCounts(levels, self.what["filtered"], self.what["dropped"], self.what["late"])

    def histogram(self) -> Histogram:
        return Histogram(UPPER_MS, tuple(self.buckets), self.sum_ms)


class Figures:
    """Any thread may call it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cameras: dict[str, _Tally] = {}
        self._gone: Counter[str | int] = Counter()
        self._recent: deque[WindowReport] = deque(maxlen=RECENT)
        self.windows = self.overloaded = self.failed = 0
        self.predicted_gain = 0.0
        self.mean_frames = 1.0
        self.last_error: str | None = None

    def count_served(self, camera: str, level: int, latency_ms: float, late: bool) -> None:
        """A frame that got boxes of its own."""
        with self._lock:
            tally = self._cameras.setdefault(camera, _Tally())
            tally.what[level] += 1
            tally.what["late"] += late
            tally.buckets[bisect.bisect_left(UPPER_MS, latency_ms)] += 1
            tally.sum_ms += latency_ms

    def count_unserved(self, camera: str, sent: bool) -> None:
        """A frame that was filtered, or was to be detected and was not."""
        with self._lock:
            self._cameras.setdefault(camera, _Tally()).what["dropped" if sent else "filtered"] += 1

    def forget(self, camera: str) -> None:
        """A camera has gone; its frames stay in the sum."""
        with self._lock:
            self._gone.update(self._cameras.pop(camera, _Tally()).what)

    def add(self, report: WindowReport) -> None:
        """One window more."""
        with self._lock:
            self._recent.append(report)
            self.windows += 1
            self.overloaded += report.overloaded
            self.predicted_gain += report.plan.predicted_gain if report.plan else 0.0
            self.mean_frames += MEMORY * (report.sent - self.mean_frames)

    def fail(self, reason: str) -> None:
        """A window ended by an error."""
        with self._lock:
            self.windows += 1
            self.failed += 1
            self.last_error = reason

    def recent(self) -> tuple[WindowReport, ...]:
        """The last windows, oldest first."""
        with self._lock:
            return tuple(self._recent)

    def utilisation(self, now: float) -> float:
        """Share of the time over the last windows that the device worked. now: Unix seconds."""
        reports = self.recent()[-UTILISATION:]
        if not reports or now <= reports[0].closed_at:
            return 0.0
        busy_ms = sum(report.device_ms for report in reports)
        return min(1.0, busy_ms / 1000 / (now - reports[0].closed_at))

    def of_camera(self, camera: str) -> tuple[FrameCounts, Histogram]:
        """One camera's frames and their latencies."""
        with self._lock:
            tally = self._cameras.get(camera, _Tally())
            return tally.counts(), tally.histogram()

    def frames(self) -> FrameCounts:
        """All cameras together, those that have gone among them."""
        with self._lock:
            together = _Tally()
            together.what.update(self._gone)
            for tally in self._cameras.values():
                together.what.update(tally.what)
            return together.counts()
