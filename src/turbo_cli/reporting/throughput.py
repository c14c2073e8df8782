"""Accuracy against load: what Turbo adds with more and more cameras, and what it costs."""

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

from turbo_cli.pages.axis import Axis, scale
from turbo_cli.pages.chart import Line, Mark, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html, joined, percent, points
from turbo_cli.reporting.section import Part, Section
from turbo_cli.reporting.simulated import Run, read_runs

LOADS = {"cameras": "cameras", "fps": "frames a second of each camera", "window": "window in ms"}
"""What may stand along the axis."""

WAYS = ("cameras", "fps", "window", "pipeline", "order", "execution", "solver")
WITHOUT = "none"
"""The solver that enhances nothing."""

Lines = Mapping[str, list[Run]]
"""Runs by what they have in common but the load, in order of the load."""


def draw_throughput(folder: Path) -> Html:
    """Scores, missed windows and the device's time over the load."""
    runs = read_runs(folder / "throughput.json")
    load = max(LOADS, key=lambda name: len({getattr(run, name) for run in runs}))
    across = scale(LOADS[load], [_load(run, load) for run in runs], low=None)
    behind = _table(runs)
    enhanced = _lines([run for run in runs if run.solver != WITHOUT], load)
    everything = _lines(runs, load)
    drawn = [
        _scores(enhanced, load, across, behind),
        _measured(
            everything, load, across, behind, "Windows missed", "%", lambda run: 100 * run.missed_share
        ),
        _measured(everything, load, across, behind, "Device at work", "%", lambda run: 100 * run.utilisation),
    ]
    return joined(drawn)


def _lines(runs: list[Run], load: str) -> Lines:
    """One for each combination of what varies but the load."""
    varied = [name for name in WAYS if name != load and len({getattr(run, name) for run in runs}) > 1]

    def named(run: Run) -> str:
        texts = (
            "without Turbo" if run.solver == WITHOUT and name == "solver" else str(getattr(run, name))
            for name in varied
        )
        return ", ".join(texts) or "with Turbo"

    ordered = sorted(runs, key=lambda run: (named(run), _load(run, load)))
    return {name: list(own) for name, own in groupby(ordered, named)}


def _scores(lines: Lines, load: str, across: Axis, behind: Html) -> Html:
    """mAP with and without Turbo; the expected gain where nothing was replayed."""
    if not all(run.map is not None for own in lines.values() for run in own):
        return _measured(
            lines, load, across, behind, "Expected gain of a frame", "AP points", lambda run: 100 * run.gain
        )
    marks: list[Mark] = []
    for place, (name, own) in enumerate(lines.items()):
        x, tone = [_load(run, load) for run in own], str(place % 5 + 1)
        without = "without" if len(lines) == 1 else f"{name}, without"
        marks.append(Line(x, [100 * (run.map_without or 0) for run in own], tone, without, "dashed"))
        marks.append(Line(x, [100 * (run.map or 0) for run in own], tone, name))
    values = [y for mark in marks if isinstance(mark, Line) for y in mark.y]
    return figure("mAP over all frames", across, scale("points", values, low=None), marks, behind)


def _measured(
    lines: Lines,
    load: str,
    across: Axis,
    behind: Html,
    title: str,
    unit: str,
    measure: Callable[[Run], float],
) -> Html:
    marks = []
    for place, (name, own) in enumerate(lines.items()):
        tone = "plain" if name == "without Turbo" else str(place % 5 + 1)
        marks.append(Line([_load(run, load) for run in own], [measure(run) for run in own], tone, name))
    values = [y for mark in marks for y in mark.y]
    return figure(title, across, scale(unit, values), marks, behind)


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
    "The same frames with more and more to do, in virtual time. The gain falls as the device fills up, and must never"
    " cost a deadline that level 0 alone would have met.",
    (
        Part(
            ("throughput.json",),
            "turbo schedule-sim --dataset … --sweep cameras=1..8 solver=none,turbo --json > RUN/throughput.json",
            draw_throughput,
        ),
    ),
)
