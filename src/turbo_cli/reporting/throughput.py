"""Accuracy against load: what Turbo adds with more and more cameras, and what it costs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from turbo_cli.pages.axis import Axis, scale
from turbo_cli.pages.chart import Line, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html, difference, joined, percent, points
from turbo_cli.reporting.section import Part, Section
from turbo_cli.reporting.simulated import Run, read_runs

LOADS = {"cameras": "cameras", "fps": "frames a second of each camera", "window": "window in ms"}
"""What may stand along the axis; the one of most values does."""

WITHOUT = "none"
"""The solver that enhances nothing."""

Lines = Mapping[str, list[Run]]
"""Runs by what tells them apart but the load, in order of the load."""


def draw_throughput(folder: Path) -> Html:
    """Scores, missed windows and the device's time over the load."""
    runs = read_runs(folder / "throughput.json")
    load = max(LOADS, key=lambda name: len({getattr(run, name) for run in runs}))
    axes = _Axes(load, scale(LOADS[load], [_load(run, load) for run in runs], low=None), _table(runs))
    everything = group_runs(runs, load)
    enhanced = group_runs([run for run in runs if run.solver != WITHOUT] or runs, load)
    return joined(
        [
            *_scores(axes, enhanced, judged=all(run.map is not None for run in runs)),
            axes.draw("Windows missed", "%", axes.lines(everything, lambda run: 100 * run.missed_share)),
            axes.draw("Device at work", "%", axes.lines(everything, lambda run: 100 * run.utilisation)),
        ]
    )


def group_runs(runs: list[Run], load: str) -> Lines:
    """One line for each combination of what varies but the load.

    The order is named only where nothing else tells two runs apart: `auto` takes another one with the load.
    """
    names = [name for name in ("cameras", "fps", "window", "pipeline", "execution") if name != load]
    names = [name for name in names if len({getattr(run, name) for run in runs}) > 1]
    if len({tuple(getattr(run, name) for name in (*names, load, "solver")) for run in runs}) < len(runs):
        names.append("order")
    several = len({run.solver for run in runs} - {WITHOUT}) > 1

    def named(run: Run) -> str:
        words = [str(getattr(run, name)) for name in names]
        words += ["without Turbo"] * (run.solver == WITHOUT) or [run.solver] * several
        return ", ".join(words) or "with Turbo"

    ordered = sorted(runs, key=lambda run: (named(run), _load(run, load)))
    return {name: list(own) for name, own in groupby(ordered, named)}


@dataclass(frozen=True)
class _Axes:
    """What the figures share: the load along the axis, and the table behind."""

    load: str
    across: Axis
    behind: Html

    def lines(self, runs: Lines, measure: Callable[[Run], float], dashed: bool = False) -> list[Line]:
        """One for each entry; dashed ones are of the same runs without Turbo, and have no name."""
        return [
            Line.through(
                [(_load(run, self.load), measure(run)) for run in own],
                {"with Turbo": "turbo", "without Turbo": "plain"}.get(name, str(place % 5 + 1)),
                "" if dashed else name,
                "dashed" if dashed else "joined",
            )
            for place, (name, own) in enumerate(runs.items())
        ]

    def draw(self, title: str, unit: str, lines: list[Line], low: float | None = 0.0) -> Html:
        """One figure."""
        up = scale(unit, [y for line in lines for y in (*line.y, *line.low, *line.high)], low)
        return figure(title, self.across, up, lines, self.behind)


def _scores(axes: _Axes, enhanced: Lines, judged: bool) -> list[Html]:
    """mAP and what is gained; the expected gain where no frames were replayed."""
    if not judged:
        lines = axes.lines(enhanced, lambda run: 100 * run.gain)
        return [axes.draw("Expected gain of a frame", "AP points", lines)]
    before = axes.lines(enhanced, lambda run: 100 * (run.map_without or 0), dashed=True)
    after = axes.lines(enhanced, lambda run: 100 * (run.map or 0))
    gained = [
        replace(line, low=[low for low, _ in ends], high=[high for _, high in ends])
        for line, own in zip(axes.lines(enhanced, _gain), enhanced.values(), strict=True)
        for ends in [[_points(run.map_gain_bounds) for run in own]]
    ]
    return [
        axes.draw("mAP over all frames", "points; dashed: without Turbo", [*before, *after], low=None),
        axes.draw("mAP gained", "points, 95 % intervals", gained),
    ]


def _table(runs: list[Run]) -> Html:
    head = ("cameras", "fps", "solver", "pipeline", "sent a second", "dropped", "late", "missed", "busy")
    rows = [
        (
            "all" if run.cameras is None else run.cameras,
            f"{run.fps:g}",
            run.solver,
            run.pipeline,
            f"{run.sent / max(run.seconds, 1e-9):.1f}",
            run.dropped,
            run.late,
            percent(run.missed, run.windows),
            percent(run.utilisation, 1),
            points(run.map_without),
            points(run.map),
            difference(run.map_gain, run.map_gain_bounds),
        )
        for run in runs
    ]
    return table((*head, "mAP without", "with", "gain"), rows)


def _gain(run: Run) -> float:
    return math.nan if run.map_gain is None else 100 * run.map_gain


def _points(bounds: tuple[float, float] | None) -> tuple[float, float]:
    return (100 * bounds[0], 100 * bounds[1]) if bounds else (math.nan, math.nan)


def _load(run: Run, load: str) -> float:
    return float(getattr(run, load) or 0)


SECTION = Section(
    "Accuracy against load",
    "The same frames with more and more to do, in virtual time. The gain falls as the device fills up, and"
    " must never cost a deadline that level 0 alone would have met.",
    (
        Part(
            ("throughput.json",),
            "turbo schedule-sim … --sweep cameras=1..8 solver=none,turbo --json > RUN/throughput.json",
            draw_throughput,
        ),
    ),
)
