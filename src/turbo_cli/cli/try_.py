"""`turbo try`: a video of one's own, without labels."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import (
    DeviceOption,
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
        str, typer.Option(help="Detector name or package.module:factory; tiny knows synthetic traffic only.")
    ] = "tiny",
    enhancer: Annotated[
        Path, typer.Option(help="The enhancer's weights (`turbo train-multiexit`), or tiny.")
    ] = Path("tiny"),
    profile: Annotated[
        str | None, typer.Option(help="A profile; default: the shipped one of this detector and device.")
    ] = None,
    pipeline: Annotated[str, typer.Option(help="all, glimpse, vigil or noscope.")] = "all",
    window: Annotated[float, typer.Option(metavar="MS", help="The interval T in milliseconds.")] = 100.0,
    order: OrderOption = "auto",
    gain: GainOption = "lower",
    fps: Annotated[
        float | None, typer.Option(min=0.001, help="Take no more frames a second than this.")
    ] = None,
    frames: Annotated[
        int | None, typer.Option(min=1, help="Only so many frames, from the beginning.")
    ] = None,
    classes: Annotated[
        str | None, typer.Option(help="Show these classes only; vehicle=car+bus+truck merges several.")
    ] = None,
    score: Annotated[
        float, typer.Option(min=0, max=1, help="Count and draw boxes from this score on.")
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
    from turbo_cli.enhancement.loading import find_enhancer
    from turbo_cli.metrics import parse_classes
    from turbo_cli.simulation.ladders import EnhancerLadder
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
