"""What a trace comes to, in memory that the number of frames does not fill."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.scheduling.gains import LEVELS, GainTable
from turbo_cli.simulation.windows import TracedWindow


@dataclass(frozen=True)
class Summary:
    """Frames that arrived; sent: to the detector; dropped: in overload; late: done after their deadline.

    windows: in which anything was sent; missed: with a late or dropped frame; overloaded: where level 0 alone
    was over the budget. levels: frames that were brought to each, late ones too. gain: expected change of AP
    of a frame that was sent, by the profile, 0 where it was late or dropped. utilisation,
    level_0_utilisation: share of the time that the device worked, and would have worked without Turbo.
    fairness: Jain's index of the cameras' mean gains, from 1 / cameras (one has it all) to 1 (all alike).
    seconds: of virtual time.
    """

    frames: int
    sent: int
    dropped: int
    late: int
    windows: int
    missed: int
    overloaded: int
    levels: tuple[int, ...]
    gain: float
    utilisation: float
    level_0_utilisation: float
    fairness: float
    seconds: float


class Tally:
    """Takes windows as they come and gives their `Summary`. gains: by the true θ."""

    def __init__(self, gains: GainTable, window_ms: float) -> None:
        self.window_ms = window_ms
        self._edges, self._gains = gains.edges[1:-1].tolist(), gains.gains.tolist()
        self._counts: Counter[str] = Counter()
        self._levels = [0] * LEVELS
        self._busy_ms = self._level_0_ms = 0.0
        self._gain_of_camera: defaultdict[str, float] = defaultdict(float)
        self._sent_of_camera: Counter[str] = Counter()
        self._intervals = 0

    def add(self, window: TracedWindow) -> None:
        """Count one window."""
        missed = 0
        sent = [frame for frame in window.frames if frame.sent]
        for frame in sent:
            self._sent_of_camera[frame.camera] += 1
            self._gain_of_camera[frame.camera] += self.gain(frame)
            if frame.level is None:
                self._counts["dropped"] += 1
            else:
                self._levels[frame.level] += 1
                self._counts["late"] += frame.missed
            missed += frame.level is None or frame.missed
        self._counts["frames"] += len(window.frames)
        self._counts["windows"] += bool(sent)
        self._counts["missed"] += bool(missed)
        self._counts["overloaded"] += window.overloaded
        self._busy_ms += window.busy_ms
        self._level_0_ms += window.level_0_ms
        self._intervals = window.number + 1

    def gain(self, frame: TracedFrame) -> float:
        """The expected change of AP of a frame that was sent: none unless its boxes were there in time."""
        assert frame.difficulty is not None
        if frame.level is None or frame.missed:
            return 0.0
        gain: float = self._gains[bisect.bisect_right(self._edges, frame.difficulty)][frame.level]
        return gain

    def summary(self) -> Summary:
        """Of what was added so far."""
        sent = self._sent_of_camera.total()
        span_ms = max(self._intervals, 1) * self.window_ms
        means = [self._gain_of_camera[name] / count for name, count in self._sent_of_camera.items()]
        return Summary(
            frames=self._counts["frames"],
            sent=sent,
            dropped=self._counts["dropped"],
            late=self._counts["late"],
            windows=self._counts["windows"],
            missed=self._counts["missed"],
            overloaded=self._counts["overloaded"],
            levels=tuple(self._levels),
            gain=sum(self._gain_of_camera.values()) / max(sent, 1),
            utilisation=self._busy_ms / span_ms,
            level_0_utilisation=self._level_0_ms / span_ms,
            fairness=jain(means),
            seconds=span_ms / 1000,
        )


def summarise(windows: Iterable[TracedWindow], gains: GainTable, window_ms: float) -> Summary:
    """The summary of a whole trace; gains: by the true θ."""
    tally = Tally(gains, window_ms)
    for window in windows:
        tally.add(window)
    return tally.summary()


def jain(shares: Sequence[float]) -> float:
    """Jain's index (Σx)² / (n Σx²) of shares, negative ones counted as 0; 1 where nobody has anything."""
    positive = [max(share, 0.0) for share in shares]
    squares = sum(share**2 for share in positive)
    return sum(positive) ** 2 / (len(positive) * squares) if squares else 1.0
