"""What the engine tells about itself: snapshots that hold no secret."""

from collections.abc import Mapping
from dataclasses import dataclass

from turbo_cli.artifacts.latency import Piece
from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.scheduling.costs import Order
from turbo_cli.serving.cameras import CameraStatus
from turbo_cli.serving.results import SinkStatus


@dataclass(frozen=True)
class Histogram:
    """upper_ms: ends of the buckets, rising; counts: of values up to each, not above the one before, and one
    more for all that lie beyond. sum_ms: of all values.
    """

    upper_ms: tuple[float, ...]
    counts: tuple[int, ...]
    sum_ms: float


@dataclass(frozen=True)
class FrameCounts:
    """What became of frames. levels: how many were brought to level 0, …, 5.

    filtered: not sent by the pipeline. dropped: accepted, but there was no time even for level 0, or an error
    came between. late: their boxes came after the deadline.
    """

    levels: tuple[int, ...] = (0,) * 6
    filtered: int = 0
    dropped: int = 0
    late: int = 0

    @property
    def accepted(self) -> int:
        """All frames that windows took; each got one record."""
        return sum(self.levels) + self.filtered + self.dropped


@dataclass(frozen=True)
class CameraFigures:
    """One camera. latency: from arrival to boxes, of the frames that got some."""

    camera: CameraStatus
    frames: FrameCounts
    latency: Histogram


@dataclass(frozen=True)
class GuardState:
    """One level on one camera. on: it may be used. survival: share of confident level-0 boxes that it keeps.

    score_change: by which it moves the scores of those, on average. boxes: that this was seen on, the latest
    counting most.
    """

    camera: str
    level: int
    on: bool
    survival: float
    score_change: float
    boxes: float


@dataclass(frozen=True)
class Drift:
    """How far D_f's θ′ lies from θ on one camera: mean error and mean absolute error of the latest frames."""

    camera: str
    error: float
    absolute_error: float
    frames: int
    warning: bool


@dataclass(frozen=True)
class WindowReport:
    """One window. Times are ms. plan: None where nothing was sent.

    closed_at: Unix seconds. collected: frames it took; sent: to the detector; dropped: of those, for want of
    time. took_ms: from its end to its last record, which is in time up to T. device_ms: of that, detector and
    enhancer, with preparing their input. overhead_ms: the rest: filter, D_f, planning, records. level_0_ms:
    of took_ms, all but enhancement. overloaded: level 0 was over the budget, by
    the forecast or by the clock.
    """

    number: int
    closed_at: float
    collected: int
    sent: int
    dropped: int
    late: int
    levels: tuple[int, ...]
    budget_ms: float
    took_ms: float
    device_ms: float
    overhead_ms: float
    level_0_ms: float
    overloaded: bool
    order: Order
    plan: WindowPlan | None


@dataclass(frozen=True)
class EngineStatus:
    """The engine as a whole; counts are since its start.

    enhancing: there are an enhancer and a profile. assumed: some of its gains were assumed, not measured.
    plan_id: of the last plan, as records name it. predicted_gain: of all plans, summed up over frames.
    utilisation: share of the last windows' time that detector and enhancer worked. correction: by piece, the
    factor on the profile's predictions. recent: the last windows, oldest first. last_error: of a window that
    failed; its frames got records without boxes.
    """

    running: bool
    started_at: float
    enhancing: bool
    assumed: bool
    window_ms: float
    order: Order
    windows: int
    overloaded_windows: int
    failed_windows: int
    frames: FrameCounts
    predicted_gain: float
    utilisation: float
    correction: Mapping[Piece, float]
    recent: tuple[WindowReport, ...]
    guard: tuple[GuardState, ...]
    drifts: tuple[Drift, ...]
    cameras: tuple[CameraFigures, ...]
    sinks: tuple[SinkStatus, ...]
    last_error: str | None

    @property
    def last(self) -> WindowReport | None:
        """The last window."""
        return self.recent[-1] if self.recent else None

    @property
    def plan_id(self) -> str | None:
        """Names the last plan, as records do."""
        return str(self.last.number) if self.last and self.last.plan else None
