"""`turbo schedule-sim`: a pipeline with and without Turbo in virtual time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turbo_cli.cli.options import (
    DETECTOR,
    SCHEDULING,
    TRAFFIC,
    ClassesOption,
    DeviceOption,
    ExecutionOption,
    GainOption,
    JsonOption,
    LevelsOption,
    OrderOption,
    ProfileOption,
    SeedOption,
    SolverOption,
)
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.simulation.scenario import Outcome

EXAMPLE = "Example: turbo schedule-sim --profile cpu/tiny --sweep cameras=1..8 solver=paper,turbo"


def schedule_sim(
    context: typer.Context,
    profile: ProfileOption,
    axes: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUES]...", help="More axes of --sweep.")
    ] = None,
    sweep: Annotated[
        list[str] | None, typer.Option(help="A run for each value: cameras=1..16 solver=paper,turbo …")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to make for trace, plans and picture.")] = None,
    dataset: Annotated[
        Path | None, typer.Option(help="Replay these frames; without, they are made up.")
    ] = None,
    detector: Annotated[str, typer.Option(help="Of a replay.", rich_help_panel=DETECTOR)] = "tiny",
    enhancer: Annotated[Path | None, typer.Option(help="Of a replay.", rich_help_panel=DETECTOR)] = None,
    levels: LevelsOption = "enhancer",
    pipeline: Annotated[
        str, typer.Option(help="Of a replay: all, glimpse, vigil or noscope.", rich_help_panel=TRAFFIC)
    ] = "all",
    arrivals: Annotated[
        str,
        typer.Option(help="constant, poisson, bursty, diurnal, a trace.csv.", rich_help_panel=TRAFFIC),
    ] = "poisson",
    frames: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many are made up.", rich_help_panel=TRAFFIC)
    ] = 10_000,
    difficulties: Annotated[
        str,
        typer.Option(help="Made-up θ: beta:A,B, or a difficulty.csv.", rich_help_panel=TRAFFIC),
    ] = "beta:2,3",
    mispredict: Annotated[
        float,
        typer.Option(
            metavar="X", min=0, help="Noise between θ and θ′ of frames made up.", rich_help_panel=TRAFFIC
        ),
    ] = 0.0,
    cameras: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Default: 4, or all of the dataset.", rich_help_panel=TRAFFIC),
    ] = None,
    fps: Annotated[
        float, typer.Option(help="Frames a second from each camera.", rich_help_panel=TRAFFIC)
    ] = 10.0,
    window: Annotated[
        float,
        typer.Option(metavar="MS", help="The interval T in milliseconds.", rich_help_panel=SCHEDULING),
    ] = 100.0,
    solver: SolverOption = "turbo",
    order: OrderOption = "auto",
    execution: ExecutionOption = "staged",
    gain: GainOption = "lower",
    perturb: Annotated[
        str,
        typer.Option(
            help="The device differs: latency=+20%,layer-3=-10%,jitter=5%.",
            rich_help_panel=SCHEDULING,
        ),
    ] = "",
    no_correction: Annotated[
        bool,
        typer.Option(
            "--no-correction", help="Never learn from the clock, as serving does.", rich_help_panel=SCHEDULING
        ),
    ] = False,
    classes: ClassesOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Run a pipeline with and without Turbo in virtual time: deadlines, gain."""
    from turbo_cli.detectors import load_detector
    from turbo_cli.enhancement.ladders import load_ladder
    from turbo_cli.metrics import parse_classes
    from turbo_cli.scheduling.profile import load_profile
    from turbo_cli.simulation.device import parse_perturbation
    from turbo_cli.simulation.difficulties import Difficulties, find_draw
    from turbo_cli.simulation.running import as_json as outcome_as_json
    from turbo_cli.simulation.running import run_all
    from turbo_cli.simulation.scenario import Scenario, Setting
    from turbo_cli.simulation.sources import footage_source, made_up_source
    from turbo_cli.simulation.sweep import parse_axes

    output: Output = context.obj
    base = Scenario(cameras, fps, window, solver, order, execution, gain, pipeline)
    varied = parse_axes([*(sweep or []), *(axes or [])])
    merged = parse_classes(classes) if classes else None
    perturbation = parse_perturbation(perturb)
    if dataset:
        ladder = load_ladder(levels, load_detector(detector, device=device), enhancer, device)
        loaded = load_profile(profile, ladder.base, ladder.levels)
        source = footage_source(dataset, ladder, loaded.roi_score, output.track)
    else:
        loaded = load_profile(profile)
        drawn = Difficulties(find_draw(difficulties), mispredict)
        source = made_up_source(arrivals, frames, drawn, seed)
    if loaded.assumed:
        output.warning(f"{loaded.folder}: gains are assumed, not measured")
    setting = Setting(loaded, perturbation, not no_correction, seed, merged)
    outcomes = run_all(base, varied, source, setting, out, output.track)
    if as_json:
        output.json([outcome_as_json(outcome) for outcome in outcomes])
        return
    _print(output, outcomes, [name for name, _ in varied])
    if out:
        output.text(f"{out}: summary.json, picture.png" + ("" if varied else ", trace.csv, plan.jsonl"))


def _print(output: Output, outcomes: "Sequence[Outcome]", axes: list[str]) -> None:
    from rich.table import Table

    judged = outcomes[0].judged is not None
    columns = ["order", "sent", "dropped", "late", "missed", "levels 0…5", "gain", "busy", "added", "fair"]
    scores = ["mAP", "without", "difference"] * judged
    table = Table(*axes, *columns, *scores, box=None, pad_edge=False)
    for outcome in outcomes:
        summary = outcome.summary
        row = [str(getattr(outcome.scenario, name)) for name in axes]
        row += [outcome.order, f"{summary.sent:,}", f"{summary.dropped:,}", f"{summary.late:,}"]
        row += [f"{summary.missed / max(summary.windows, 1):.1%}", " ".join(map(str, summary.levels))]
        row += [f"{summary.gain:+.4f}", f"{summary.utilisation:.0%}"]
        row += [f"{max(summary.utilisation - summary.level_0_utilisation, 0):.0%}", f"{summary.fairness:.3f}"]
        if outcome.judged:
            gain = outcome.judged.gain
            row += [f"{outcome.judged.turbo.map:.4f}", f"{outcome.judged.plain.map:.4f}"]
            row += [f"{gain.value:+.4f} {gain.low:.4f}…{gain.high:.4f}"]
        table.add_row(*row)
    output.table(table)
    output.text(
        "missed: windows with a late or dropped frame; gain: expected AP a frame sent; added: by Turbo"
    )
