"""`turbo weights pull`: published weights into the cache."""

from typing import Annotated

import typer

from turbo_cli.cli.options import KnownDetectorArgument
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights pull faster-rcnn"


def pull(
    context: typer.Context,
    name: KnownDetectorArgument,
    url: Annotated[str | None, typer.Option(help="A mirror of the file; its SHA-256 is checked.")] = None,
) -> None:
    """Download the published weights of a detector into the cache, resuming where an earlier pull stopped."""
    from turbo_cli.detectors.store import pull_weights

    output: Output = context.obj
    output.text(f"{name}: {pull_weights(name, url, output.track)}")
