"""`turbo data degrade`: the same dataset in worse light, weather or quality."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from turbo_cli.cli.options import BytesSeedOption, DatasetArgument, JsonOption, NewFolderArgument, parse_kinds
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data degrade street/ street-foggy/ --kind fog,rain --seed 0"


def degrade(
    context: typer.Context,
    dataset: DatasetArgument,
    out: NewFolderArgument,
    kind: Annotated[
        str, typer.Option(help="Kinds by comma, as fog,rain,low-light,blur,compression; or 'all'.")
    ] = "all",
    spells: Annotated[
        bool, typer.Option("--spells", help="Kinds come and go as weather does; the rest stays clean.")
    ] = False,
    fps: Annotated[
        float | None,
        typer.Option(metavar="X", min=0.01, help="Frames a second for spells; default: the dataset's."),
    ] = None,
    seed: BytesSeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Write a dataset with degraded frames and the same labels; `condition` says what each went through."""
    from turbo_cli.data.degradation import DEGRADATIONS
    from turbo_cli.data.degrading import degrade_dataset

    output: Output = context.obj
    kinds = parse_kinds(kind, DEGRADATIONS)
    done = degrade_dataset(dataset, out, kinds, spells, seed, output.track, fps)
    if as_json:
        output.json({**asdict(done), "path": str(done.path)})
        return
    table = Table("", "frames", title=f"{done.path}: {done.cameras} cameras, {done.frames} frames")
    for condition, count in done.conditions.items():
        table.add_row(condition, str(count))
    output.table(table)
