"""`turbo weights import`: weights from a local file into the cache."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import KnownDetectorArgument
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights import yolov3 ~/yolov3.weights"


def import_(
    context: typer.Context,
    name: KnownDetectorArgument,
    path: Annotated[Path, typer.Argument(help="Weights for it; a darknet .cfg beside them comes along.")],
) -> None:
    """Install a local weights file for a detector, once its architecture has loaded it."""
    from turbo_cli.detectors.store import import_weights

    output: Output = context.obj
    output.text(f"{name}: {import_weights(name, path)}")
