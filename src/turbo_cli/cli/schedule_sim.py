"""`turbo schedule-sim`: a pipeline with and without Turbo in virtual time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turbo_cli.cli.options import (
    ClassesOption,
    DeviceOption,
    ExecutionOption,
    GainOption,
    JsonOption,
    OrderOption,
    SeedOption,
    SolverOption,
)
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.simulation.scenario import Outcome

EXAMPLE = (
    "Example: turbo schedule-sim --profile cpu/tiny --arrivals poisson --frames 100000 "
    "--sweep cameras=1..8 solver=paper,turbo"
)


def schedule_sim(
    context: typer.Context,
    profile: Annotated[str, typer.Option(help="A profile's folder, or the name of a shipped one.")],
    axes: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUES]...", help="More axes of --sweep.")
    ] = None,
    dataset: Annotated[
        Path | None, typer.Option(help="Replay these frames; without, arrivals are made up.")
    ] = None,
    detector: Annotated[str, typer.Option(help="The detector of a replay.")] = "tiny",
    enhancer: Annotated[Path | None, typer.Option(help="The enhancer of a replay.")] = None,
    levels: Annotated[
        str, typer.Option(help="enhancer, detectors:NAME,NAME (model switching), images:BASELINE,BASELINE.")
    ] = "enhancer",
    pipeline: Annotated[str, typer.Option(help="Of a replay: all, glimpse, vigil or noscope.")] = "all",
    arrivals: Annotated[
        str, typer.Option(help="constant, poisson, bursty, diurnal, or a trace.csv to take them from.")
    ] = "poisson",
    frames: Annotated[int, typer.Option(min=1, help="How many are made up.")] = 10_000,
    difficulties: Annotated[
        str, typer.Option(help="Of frames that are made up: beta:A,B, or a difficulty.csv to draw from.")
    ] = "beta:2,3",
    mispredict: Annotated[
        float, typer.Option(min=0, help="Deviation of the noise between θ and θ′ of frames that are made up.")
    ] = 0.0,
    cameras: Annotated[
        int | None, typer.Option(min=1, help="Default: 4, or all that the dataset has.")
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames a second from each camera.")] = 10.0,
    window: Annotated[float, typer.Option(metavar="MS", help="The interval T in milliseconds.")] = 100.0,
    solver: SolverOption = "turbo",
    order: OrderOption = "auto",
    execution: ExecutionOption = "staged",
    gain: GainOption = "lower",
    perturb: Annotated[
        str,
        typer.Option(help="How the device differs from the profile: latency=+20%,layer-3=-10%,jitter=5%."),
    ] = "",
    correction: Annotated[
        bool, typer.Option("--correction/--no-correction", help="Learn from the clock, as serving does.")
    ] = True,
    sweep: Annotated[
        list[str] | None,
        typer.Option(help="A run for each combination: cameras=1..16 solver=paper,turbo window=50,100 …"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to make for the trace, the plans and a picture.")
    ] = None,
    classes: ClassesOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Run a pipeline with and without Turbo in virtual time: windows, queueing, deadlines, levels, gain."""
    from turbo_cli.artifacts.metadata import hash_file
    from turbo_cli.metrics import parse_classes
    from turbo_cli.scheduling.profile import load_profile
    from turbo_cli.simulation.device import parse_perturbation
    from turbo_cli.simulation.difficulties import Difficulties, find_draw
    from turbo_cli.simulation.ladders import load_ladder
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
        from turbo_cli.enhancement.loading import find_enhancer

        ladder = load_ladder(levels, detector, enhancer, device)
        enhancer_hash = hash_file(find_enhancer(enhancer)) if enhancer else None
        loaded = load_profile(profile, detector, ladder.base.weights_hash, enhancer_hash)
        source = footage_source(dataset, ladder, loaded.roi_score, output.track)
    else:
        loaded = load_profile(profile)
        drawn = Difficulties(find_draw(difficulties), mispredict)
        source = made_up_source(arrivals, frames, drawn, seed)
    if loaded.assumed:
        output.warning(f"{loaded.folder}: gains are assumed, not measured")
    setting = Setting(loaded, perturbation, correction, seed, merged)
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
