"""`turbo data view`: a contact sheet or a video with boxes."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import DatasetArgument
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data view street/ --out street.png"


def view(
    context: typer.Context,
    dataset: DatasetArgument,
    out: Annotated[Path, typer.Option("--out", help="Contact sheet (.png) or video (.mp4) to write.")],
    frames: Annotated[
        int | None, typer.Option(min=1, help="Tiles of the sheet (default 12), or first frames of the video.")
    ] = None,
    detections: Annotated[
        Path | None, typer.Option(help="A COCO result list to draw over the labels, which turn white.")
    ] = None,
    score: Annotated[float, typer.Option(help="Draw detections of at least this score.")] = 0.3,
) -> None:
    """Draw frames with their boxes into a picture or a video."""
    from turbo_cli.artifacts import detections as artifact
    from turbo_cli.data import open_dataset
    from turbo_cli.data.viewing import write_view

    output: Output = context.obj
    found = None
    if detections:
        found = {number: boxes.above(score) for number, boxes in artifact.read(detections).items()}
    write_view(open_dataset(dataset), out, frames, found, output.track)
    output.text(f"wrote {out}")
