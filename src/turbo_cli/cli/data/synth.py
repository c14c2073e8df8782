"""`turbo data synth`: make up traffic with exact labels."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from turbo_cli.cli.output import Output
from turbo_cli.errors import TurboError


def synth(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="Folder to make; must be absent or empty.")],
    cameras: Annotated[int, typer.Option(help="Scenes, each with a street and a view of its own.")] = 4,
    frames: Annotated[int, typer.Option(help="Frames of each camera.")] = 300,
    size: Annotated[str, typer.Option(help="Width x height in pixels.")] = "320x192",
    fps: Annotated[float, typer.Option(help="Frames a second.")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same bytes.")] = 0,
    conditions: Annotated[
        str, typer.Option(help="Which conditions may occur, by comma ('clean' is plain day), or 'all'.")
    ] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make up fixed-camera traffic: streets, vehicles, people, weather that comes and goes, exact boxes."""
    from turbo_cli.data.synth import CONDITIONS, synthesize

    output: Output = context.obj
    chosen = CONDITIONS if conditions == "all" else tuple(conditions.split(","))
    summary = synthesize(out, cameras, frames, _size(size), fps, seed, chosen, output.track)
    if as_json:
        output.json({**asdict(summary), "path": str(summary.path)})
        return
    table = Table("", "count", title=f"{summary.path}: {summary.cameras} cameras, {summary.frames} frames")
    for name, count in summary.boxes.items():
        table.add_row(f"{name} boxes", str(count))
    for name, count in summary.conditions.items():
        table.add_row(f"{name} frames", str(count))
    output.table(table)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise TurboError(f"--size {text}: expected WIDTHxHEIGHT", "for example --size 320x192")
    return int(match[1]), int(match[2])
