"""Plans over time: what a simulation made of every window."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from turbo_cli.artifacts import plan, trace
from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.pages.axis import scale, span
from turbo_cli.pages.chart import Line, Style, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html, joined, number
from turbo_cli.reporting.levels import levels_figure
from turbo_cli.reporting.section import Part, Section
from turbo_cli.scheduling.gains import LEVELS, FloatArray

STEPS = 40
TIMES: dict[str, tuple[str, Style]] = {
    "budget": ("plain", "dashed"),
    "predicted": ("2", "plain"),
    "measured": ("5", "dots"),
}
"""Tone and style of each."""


def draw_plans(folder: Path) -> Html:
    """Levels, then budget, predicted and measured time, in steps of the simulated time."""
    frames = trace.stream(folder / "simulation" / "trace.csv")
    end_s = max((frame.arrived_at_s for frame in frames), default=0.0)
    edges = np.linspace(0, max(end_s, 1e-9), STEPS + 1)
    return joined([_levels(edges, frames), _times(edges, plan.stream(folder / "simulation" / "plan.jsonl"))])


def _levels(edges: FloatArray, frames: Iterable[TracedFrame]) -> Html:
    counts = np.zeros((LEVELS + 1, STEPS))
    for frame in frames:
        if frame.sent:
            counts[LEVELS if frame.level is None else frame.level, _step(edges, frame.arrived_at_s)] += 1
    return levels_figure("Frames by level", "seconds", edges, counts)


def _times(edges: FloatArray, plans: Iterable[WindowPlan]) -> Html:
    """Means over the windows of each step."""
    sums, counts = np.zeros((len(TIMES), STEPS)), np.zeros((len(TIMES), STEPS))
    for window in plans:
        step = _step(edges, window.started_at_s)
        for row, ms in enumerate((window.budget_ms, window.predicted_latency_ms, window.measured_latency_ms)):
            if ms is not None:
                sums[row, step] += ms
                counts[row, step] += 1
    filled = np.flatnonzero(counts[0])
    with np.errstate(invalid="ignore"):
        means = (sums / counts)[:, filled].tolist()
    middles = ((edges[:-1] + edges[1:]) / 2)[filled].tolist()
    lines = [
        Line(middles, values, tone, name, style)
        for (name, (tone, style)), values in zip(TIMES.items(), means, strict=True)
    ]
    rows = [(f"{at:.1f}", *map(number, values)) for at, *values in zip(middles, *means, strict=True)]
    behind = table(("seconds", *(f"{name} ms" for name in TIMES)), rows)
    across, up = (
        span("seconds", edges.tolist()),
        scale("ms of a window", [v for values in means for v in values]),
    )
    return figure("Time planned and taken", across, up, lines, behind)


def _step(edges: FloatArray, at_s: float) -> int:
    return min(int(at_s / edges[-1] * STEPS), STEPS - 1)


SECTION = Section(
    "Plans over time",
    "What the scheduler gave the frames of each window, and whether its windows took as long as it thought. A"
    " window may take all of its budget, never more.",
    (
        Part(
            ("simulation/trace.csv", "simulation/plan.jsonl"),
            "turbo schedule-sim --dataset … --out RUN/simulation",
            draw_plans,
        ),
    ),
)
