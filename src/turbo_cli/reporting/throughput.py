"""Accuracy against load: what Turbo adds with more and more cameras, and what it costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from turbo_cli.pages.axis import Axis, scale
from turbo_cli.pages.chart import Line, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html, joined, percent, points
from turbo_cli.reporting.section import Part, Section
from turbo_cli.reporting.simulated import Run, read_runs

LOADS = {"cameras": "cameras", "fps": "frames a second of each camera", "window": "window in ms"}
"""What may stand along the axis."""

WAYS = ("cameras", "fps", "window", "pipeline", "order", "execution")
WITHOUT = "none"
"""The solver that enhances nothing."""

Lines = Mapping[str, list[Run]]
"""Runs by what they have in common but the load, in order of the load."""


def draw_throughput(folder: Path) -> Html:
    """Scores, missed windows and the device's time over the load."""
    runs = read_runs(folder / "throughput.json")
    load = max(LOADS, key=lambda name: len({getattr(run, name) for run in runs}))
    view = _View(load, scale(LOADS[load], [_load(run, load) for run in runs], low=None), _table(runs))
    enhanced = _lines([run for run in runs if run.solver != WITHOUT] or runs, load)
    everything = _lines(runs, load)
    if all(run.map is not None for run in runs):
        scores = [
            view.scores(enhanced),
            view.measured(enhanced, "mAP gained", "points", lambda run: 100 * run.map_gain),
        ]
    else:
        scores = [
            view.measured(enhanced, "Expected gain of a frame", "AP points", lambda run: 100 * run.gain)
        ]
    missed = view.measured(everything, "Windows missed", "%", lambda run: 100 * run.missed_share)
    busy = view.measured(everything, "Device at work", "% of the time", lambda run: 100 * run.utilisation)
    return joined([*scores, missed, busy])


def _lines(runs: list[Run], load: str) -> Lines:
    """One for each combination of what varies but the load."""
    ways = [name for name in WAYS if name != load and len({getattr(run, name) for run in runs}) > 1]
    solvers = {run.solver for run in runs} - {WITHOUT}

    def named(run: Run) -> str:
        words = [str(getattr(run, name)) for name in ways]
        if run.solver == WITHOUT:
            words.append("without Turbo")
        elif len(solvers) > 1:
            words.append(run.solver)
        return ", ".join(words) or "with Turbo"

    ordered = sorted(runs, key=lambda run: (named(run), _load(run, load)))
    return {name: list(own) for name, own in groupby(ordered, named)}


@dataclass(frozen=True)
class _View:
    """What the figures share: the load along the axis, and the table behind."""

    load: str
    across: Axis
    behind: Html

    def scores(self, lines: Lines) -> Html:
        """mAP with Turbo, and dashed without."""
        marks = []
        for place, (name, own) in enumerate(lines.items()):
            alone = len(lines) == 1
            x, tone = self._x(own), _tone(name, place)
            before, after = (
                [100 * (share or 0) for share in shares] for shares in zip(*_maps(own), strict=True)
            )
            marks += [
                Line(
                    x,
                    before,
                    "plain" if alone else tone,
                    "without Turbo" if alone else f"{name}, without",
                    "dashed",
                ),
                Line(x, after, tone, name),
            ]
        return self._figure("mAP over all frames", "points", marks, low=None)

    def measured(self, lines: Lines, title: str, unit: str, measure: Callable[[Run], float]) -> Html:
        """One line each."""
        marks = [
            Line(self._x(own), [measure(run) for run in own], _tone(name, place), name)
            for place, (name, own) in enumerate(lines.items())
        ]
        return self._figure(title, unit, marks)

    def _x(self, runs: list[Run]) -> list[float]:
        return [_load(run, self.load) for run in runs]

    def _figure(self, title: str, unit: str, marks: list[Line], low: float | None = 0.0) -> Html:
        up = scale(unit, [y for mark in marks for y in mark.y], low)
        return figure(title, self.across, up, marks, self.behind)


def _maps(runs: list[Run]) -> list[tuple[float | None, float | None]]:
    return [(run.map_without, run.map) for run in runs]


def _tone(name: str, place: int) -> str:
    return {"with Turbo": "turbo", "without Turbo": "plain"}.get(name, str(place % 5 + 1))


def _table(runs: list[Run]) -> Html:
    head = (
        "cameras",
        "fps",
        "solver",
        "pipeline",
        "sent a second",
        "dropped",
        "late",
        "missed",
        "busy",
        "mAP without",
        "with",
    )
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
        )
        for run in runs
    ]
    return table(head, rows)


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
