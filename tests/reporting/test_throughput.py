"""Which runs of a sweep make one line."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from turbo_cli.reporting.simulated import Run
from turbo_cli.reporting.throughput import draw_throughput, group_runs

RUN = Run(
    fps=10,
    window=100,
    solver="turbo",
    order="detect-first",
    execution="staged",
    pipeline="all",
    frames=10,
    sent=10,
    dropped=0,
    late=0,
    windows=5,
    missed=0,
    gain=0.01,
    utilisation=0.5,
    level_0_utilisation=0.25,
    seconds=1,
    cameras=1,
)


def loads(run: Run) -> list[Run]:
    """In no order, and `auto` changes its mind."""
    return [replace(run, cameras=4, order="discriminate-first"), run, replace(run, cameras=2)]


def test_with_and_without_are_two_lines_in_order_of_the_load() -> None:
    lines = group_runs([*loads(RUN), *loads(replace(RUN, solver="none"))], "cameras")
    assert list(lines) == ["with Turbo", "without Turbo"]
    assert [run.cameras for run in lines["with Turbo"]] == [1, 2, 4]


def test_what_varies_besides_names_the_lines() -> None:
    runs = [
        run
        for fps in (5, 10)
        for solver in ("paper", "turbo")
        for run in loads(replace(RUN, fps=fps, solver=solver))
    ]
    assert list(group_runs(runs, "cameras")) == ["10, paper", "10, turbo", "5, paper", "5, turbo"]


def test_orders_that_were_compared_are_told_apart() -> None:
    runs = [
        replace(RUN, cameras=k, order=order)
        for k in (1, 2)
        for order in ("detect-first", "discriminate-first")
    ]
    assert list(group_runs(runs, "cameras")) == ["detect-first", "discriminate-first"]


def test_runs_over_frames_show_scores_and_what_is_gained(tmp_path: Path) -> None:
    judged = replace(RUN, map=0.5, map_without=0.4, map_gain=0.1, map_gain_interval=(0.05, 0.15))
    runs = [asdict(run) for run in loads(judged)]
    (tmp_path / "throughput.json").write_text(json.dumps(runs))
    drawn = draw_throughput(tmp_path)
    assert "mAP over all frames" in drawn and "Expected gain" not in drawn
    assert "+10.0</span> <small>[+5.0, +15.0]" in drawn
    assert drawn.count('class="whisker"') == 3
