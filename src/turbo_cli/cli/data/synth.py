"""`turbo data synth`: make up traffic with exact labels."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from turbo_cli.cli.options import BytesSeedOption, JsonOption, NewFolderArgument, parse_kinds, parse_size
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data synth street/ --cameras 4 --frames 300 --seed 0"


def synth(
    context: typer.Context,
    out: NewFolderArgument,
    cameras: Annotated[int, typer.Option(help="Scenes, each with a street and a view of its own.")] = 4,
    frames: Annotated[int, typer.Option(help="Frames of each camera.")] = 300,
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels of each frame.")] = "320x192",
    fps: Annotated[float, typer.Option(help="Frames a second.")] = 10.0,
    seed: BytesSeedOption = 0,
    conditions: Annotated[
        str, typer.Option(help="Which conditions may occur, by comma ('clean' is plain day), or 'all'.")
    ] = "all",
    as_json: JsonOption = False,
) -> None:
    """Make up fixed-camera traffic: streets, vehicles, people, weather that comes and goes, exact boxes."""
    from turbo_cli.data.synth import CONDITIONS, synthesize

    output: Output = context.obj
    chosen = parse_kinds(conditions, CONDITIONS)
    summary = synthesize(out, cameras, frames, parse_size(size), fps, seed, chosen, output.track)
    if as_json:
        output.json({**asdict(summary), "path": str(summary.path)})
        return
    table = Table("", "count", title=f"{summary.path}: {summary.cameras} cameras, {summary.frames} frames")
    for name, count in summary.boxes.items():
        table.add_row(f"{name} boxes", str(count))
    for name, count in summary.conditions.items():
        table.add_row(f"{name} frames", str(count))
    output.table(table)
