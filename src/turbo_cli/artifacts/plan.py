"""`plan.jsonl`: the plan of each window, one JSON object a line (§5.2)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.reading import first_problem, parse_json, refuse
from turbo_cli.artifacts.rows import Check, RowFormat
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


class _JsonLines(RowFormat[WindowPlan]):
    header = ""
    _adapter = TypeAdapter(WindowPlan)

    def encode(self, row: WindowPlan) -> str:
        content = self._adapter.dump_python(row, mode="json")
        try:
            self._adapter.validate_python(content)
        except ValidationError as error:
            raise ValueError("key {}: {}".format(*first_problem(error))) from error
        return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"

    def decode(self, path: Path, lines: Iterator[str]) -> Iterator[tuple[int, WindowPlan]]:
        for number, line in enumerate(lines, start=1):
            place = f"{path}: line {number}"
            try:
                if line.strip():
                    yield number, self._adapter.validate_python(parse_json(place, line))
            except ValidationError as error:
                refuse(place, error, self.kind.made_by)


PlanTable = rows.Table[WindowPlan]

_FORMAT = _JsonLines(Kind("plan", schema=1, made_by="turbo schedule-sim"), _rising_windows)
read = _FORMAT.read
stream = _FORMAT.stream
write = _FORMAT.write
writing = _FORMAT.writing
