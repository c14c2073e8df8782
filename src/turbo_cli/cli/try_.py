"""`turbo try`: a video of one's own, without labels."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import (
    DATA,
    OUTPUT,
    SCHEDULING,
    DeviceOption,
    EnhancerOption,
    GainOption,
    JsonOption,
    OrderOption,
    SizeOption,
    WeightsOption,
    parse_size,
)
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo try street.mp4 --detector tiny --enhancer tiny --out tried/"


def try_(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A video, or the frames of one camera.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to make; must be absent or empty.")],
    detector: Annotated[
        str, typer.Option(help="Or module:factory; tiny knows synthetic traffic only.")
    ] = "tiny",
    enhancer: EnhancerOption = Path("tiny"),
    profile: Annotated[
        str | None, typer.Option(help="Default: the shipped one of detector and device.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(metavar="X", min=0.001, help="No more frames a second than this.", rich_help_panel=DATA),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Only so many, from the beginning.", rich_help_panel=DATA),
    ] = None,
    pipeline: Annotated[
        str, typer.Option(help="all, glimpse, vigil or noscope.", rich_help_panel=SCHEDULING)
    ] = "all",
    window: Annotated[
        float,
        typer.Option(metavar="MS", help="The interval T in milliseconds.", rich_help_panel=SCHEDULING),
    ] = 100.0,
    order: OrderOption = "auto",
    gain: GainOption = "lower",
    classes: Annotated[
        str | None,
        typer.Option(help="Show these only; vehicle=car+bus+truck merges several.", rich_help_panel=OUTPUT),
    ] = None,
    score: Annotated[
        float,
        typer.Option(
            metavar="X", min=0, max=1, help="Count and draw boxes from this on.", rich_help_panel=OUTPUT
        ),
    ] = 0.3,
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Show which frames of a video Turbo would enhance, how, and what that changes.

    Writes annotated.mp4, index.html and frames.csv. Levels are chosen in virtual time, as by `schedule-sim`.
    """
    from turbo_cli.artifacts.atomic import check_folder
    from turbo_cli.data import open_dataset
    from turbo_cli.data.selection import first_frames
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.enhancement import load_enhancer
    from turbo_cli.enhancement.ladders import EnhancerLadder
    from turbo_cli.enhancement.loading import find_enhancer
    from turbo_cli.metrics import parse_classes
    from turbo_cli.simulation.scenario import Scenario
    from turbo_cli.trying.changes import make_shown
    from turbo_cli.trying.findings import as_json as findings_as_json
    from turbo_cli.trying.profiles import choose_profile
    from turbo_cli.trying.shots import Film
    from turbo_cli.trying.trial import Trial
    from turbo_cli.trying.trying import try_film
    from turbo_cli.trying.words import CAUTION, figures

    output: Output = context.obj
    scenario = Scenario(window=window, order=order, gain=gain, pipeline=pipeline)
    check_folder(out)
    video = first_frames(open_dataset(source), frames, fps)
    loaded = load_detector(detector, weights, device, parse_size(size))
    ladder = EnhancerLadder(load_enhancer(enhancer, loaded), find_enhancer(enhancer))
    film = Film(video, ladder, pipeline)
    shown = make_shown(loaded.categories, parse_classes(classes) if classes else None, score)
    planned = choose_profile(profile, ladder, device)
    trial = Trial(film, planned, scenario, shown)
    findings = try_film(trial, out, shlex.join(["turbo", *sys.argv[1:]]), output.track)
    if as_json:
        output.json(findings_as_json(findings))
        return
    _print(output, figures(findings))
    output.text(CAUTION)
    output.text(f"{out}: annotated.mp4, index.html, frames.csv")


def _print(output: Output, figures: dict[str, tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for label, (value, note) in figures.items():
        table.add_row(label, value, note)
    output.table(table)
