"""`plan.jsonl`: the plan of each window, one JSON object a line (§5.2)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.json_lines import JsonLinesFormat
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import Check
from turbo_cli.artifacts.table import Count, Level, Name, NonNegative, Number, Share


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """The plan of one window; cameras, indices, difficulties and levels have one entry a frame.

    started_at_s: seconds from the start of the trace. budget_ms: what the window had left for all of it.
    difficulties: θ or θ′, as `order` has it. predicted_gain: sum over the frames, as a share of AP. bound: no
    plan gains more. measured_latency_ms: what it took; None where nothing ran.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    window: Count
    started_at_s: NonNegative
    budget_ms: Number
    cameras: tuple[Name, ...]
    indices: tuple[Count, ...]
    difficulties: tuple[Share, ...]
    levels: tuple[Level, ...]
    predicted_latency_ms: NonNegative
    predicted_gain: Number
    bound: Number
    solver: Name
    solve_ms: NonNegative
    order: Literal["discriminate-first", "detect-first"]
    execution: Literal["staged", "per-level"]
    overloaded: bool
    measured_latency_ms: NonNegative | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.cameras), len(self.indices), len(self.difficulties), len(self.levels)}
        if len(lengths) > 1:
            raise ValueError("cameras, indices, difficulties and levels differ in length")


def _rising_windows() -> Check[WindowPlan]:
    latest = -1

    def check(row: WindowPlan) -> str | None:
        nonlocal latest
        if row.window <= latest:
            return f"key window: {row.window} comes after {latest}: duplicate or out of order"
        latest = row.window
        return None

    return check


PlanTable = rows.Table[WindowPlan]

_FORMAT = JsonLinesFormat(Kind("plan", schema=1, made_by="turbo schedule-sim"), WindowPlan, _rising_windows)
read = _FORMAT.read
stream = _FORMAT.stream
write = _FORMAT.write
writing = _FORMAT.writing
