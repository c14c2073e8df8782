"""`turbo weights list`: every known detector and whether its weights are here."""

import typer
from rich.table import Table

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights list"


def list_(
    context: typer.Context,
    as_json: JsonOption = False,
) -> None:
    """List the known detectors, where their weights come from, and whether they are here."""
    from turbo_cli.detectors.store import list_weights

    output: Output = context.obj
    if as_json:
        output.json([{**vars(weights), "path": str(weights.path)} for weights in list_weights()])
        return
    table = Table("name", "input", "licence", "from", "here", box=None)
    for weights in list_weights():
        here = f"{weights.path} ({weights.size_bytes / 1e6:.1f} MB)" if weights.size_bytes else "no"
        width, height = weights.input_size
        table.add_row(weights.name, f"{width}x{height}", weights.licence, weights.origin, here)
    output.table(table)
