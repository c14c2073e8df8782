"""`trace.csv`: what became of each frame that arrived, in order of arrival."""

from dataclasses import dataclass

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import Check, rising_index_by_camera
from turbo_cli.artifacts.table import Count, CsvFormat, Level, Name, NonNegative, Share


@dataclass(frozen=True, slots=True)
class TracedFrame:
    """One frame. Moments are seconds from the trace's start.

    sent: the pipeline's filter let it through to the detector; reason: why, or why not. window: number of
    the window it was collected in. difficulty: θ where known; predicted_difficulty: D_f's θ′.
    done_at_s: when its boxes were there. What a filtered frame does not have is None.
    """

    camera: Name
    index: Count
    arrived_at_s: NonNegative
    sent: bool
    reason: Name = ""
    window: Count | None = None
    level: Level | None = None
    difficulty: Share | None = None
    predicted_difficulty: Share | None = None
    deadline_at_s: NonNegative | None = None
    done_at_s: NonNegative | None = None

    def __post_init__(self) -> None:
        if self.done_at_s is not None and self.done_at_s < self.arrived_at_s:
            raise ValueError("arrived_at_s ≤ done_at_s does not hold")
        if not self.sent and self.level is not None:
            raise ValueError("a frame that was not sent has no level")

    @property
    def missed(self) -> bool:
        """Whether its boxes came after its deadline."""
        return (
            self.done_at_s is not None
            and self.deadline_at_s is not None
            and self.done_at_s > self.deadline_at_s
        )


def _in_time_order() -> Check[TracedFrame]:
    indices_rise: Check[TracedFrame] = rising_index_by_camera()
    latest = 0.0

    def check(row: TracedFrame) -> str | None:
        nonlocal latest
        if row.arrived_at_s < latest:
            return f"column arrived_at_s: {row.arrived_at_s} comes after {latest}: out of time order"
        latest = row.arrived_at_s
        return indices_rise(row)

    return check


TraceTable = rows.Table[TracedFrame]

_FORMAT = CsvFormat(Kind("trace", schema=1, made_by="turbo schedule-sim"), TracedFrame, _in_time_order)
read = _FORMAT.read
stream = _FORMAT.stream
write = _FORMAT.write
writing = _FORMAT.writing
