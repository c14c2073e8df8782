"""`turbo plan`: one window's plan, from a profile and the frames' difficulties."""

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from turbo_cli.cli.options import (
    SCHEDULING,
    ExecutionOption,
    GainOption,
    JsonOption,
    ProfileOption,
    SolverOption,
)
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.scheduling import Plan
    from turbo_cli.scheduling.gains import FloatArray

EXAMPLE = "Example: turbo plan --profile cpu/tiny --difficulties window.txt --budget 500"


def plan(
    context: typer.Context,
    profile: ProfileOption,
    difficulties: Annotated[
        str, typer.Option(metavar="FILE|--", help="A number in 0…1 a line, one a frame; -- reads stdin.")
    ],
    budget: Annotated[float, typer.Option(metavar="MS", help="Milliseconds for all of the window's work.")],
    solver: SolverOption = "turbo",
    order: Annotated[
        Literal["discriminate-first", "detect-first"],
        typer.Option(
            metavar="HOW",
            help="discriminate-first (by θ′), detect-first (by θ).",
            rich_help_panel=SCHEDULING,
        ),
    ] = "detect-first",
    execution: ExecutionOption = "staged",
    gain: GainOption = "lower",
    as_json: JsonOption = False,
) -> None:
    """Choose a level for each frame of a window: the most gain for the budget."""
    from turbo_cli.artifacts import numbers
    from turbo_cli.scheduling import make_plan
    from turbo_cli.scheduling.profile import load_profile

    output: Output = context.obj
    values = numbers.read(difficulties)
    loaded = load_profile(profile)
    gains = loaded.gains(order, gain)
    made = make_plan(gains, loaded.latency, values, budget, solver, order, execution, time.perf_counter)
    if loaded.assumed:
        output.warning(f"{loaded.folder}: gains are assumed, not measured")
    if as_json:
        output.json(
            {name: value for name, value in asdict(made).items() if name not in ("order", "execution")}
        )
    else:
        _print(output, made, values, gains.of(values))


def _print(output: Output, made: "Plan", difficulties: list[float], gains: "FloatArray") -> None:
    from rich.table import Table

    table = Table("frame", "difficulty", "level", "gain", box=None, pad_edge=False)
    for frame, (difficulty, level) in enumerate(zip(difficulties, made.levels, strict=True)):
        table.add_row(str(frame), f"{difficulty:.3f}", str(level), f"{gains[frame, level]:+.3f}")
    output.table(table)
    output.text(
        f"{made.solver}, {made.order}, {made.execution}: {made.predicted_latency_ms:.1f} ms,"
        f" gain {made.predicted_gain:.3f} of at most {made.bound:.3f} AP, planned in {made.solve_ms:.2f} ms"
    )
    if made.overloaded:
        output.text("overloaded: level 0 alone is over the budget")
