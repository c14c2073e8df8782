"""`turbo data degrade`: the same dataset in worse light, weather or quality."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data degrade street/ street-foggy/ --kind fog,rain --seed 0"


def degrade(
    context: typer.Context,
    dataset: Annotated[Path, typer.Argument(help="A dataset, COCO JSON, video, image, or folder of these.")],
    out: Annotated[Path, typer.Argument(help="Folder to make; must be absent or empty.")],
    kind: Annotated[
        str, typer.Option(help="Kinds by comma, as fog,rain,low-light,blur,compression; or 'all'.")
    ] = "all",
    spells: Annotated[
        bool, typer.Option("--spells", help="Kinds come and go as weather does; the rest stays clean.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same bytes.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write a dataset with degraded frames and the same labels; `condition` says what each went through."""
    from turbo_cli.data.degradation import DEGRADATIONS
    from turbo_cli.data.degrading import degrade_dataset

    output: Output = context.obj
    kinds = tuple(DEGRADATIONS) if kind == "all" else tuple(kind.split(","))
    done = degrade_dataset(dataset, out, kinds, spells, seed, output.track)
    if as_json:
        output.json({**asdict(done), "path": str(done.path)})
        return
    table = Table("", "frames", title=f"{done.path}: {done.cameras} cameras, {done.frames} frames")
    for condition, count in done.conditions.items():
        table.add_row(condition, str(count))
    output.table(table)
