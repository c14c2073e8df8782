"""`turbo data split`: one dataset into parts."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import DatasetArgument, JsonOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data split street/ --by camera --fractions 0.6,0.4 --out parts/"


class By(StrEnum):
    """What stays together in a part."""

    TIME = "time"
    CAMERA = "camera"


def split(
    context: typer.Context,
    dataset: DatasetArgument,
    by: Annotated[By, typer.Option(help="Cut each camera's time, or deal out whole cameras.")],
    fractions: Annotated[str, typer.Option(help="Shares of the parts, separated by commas; their sum is 1.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the parts; default: DATASET-split beside it.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Shuffles the cameras.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write part-1/dataset.json, part-2/dataset.json, …, which refer to the same images (no copy)."""
    from turbo_cli.data.sources import find_source
    from turbo_cli.data.splitting import parse_fractions, split_by_camera, split_by_time, write_parts

    output: Output = context.obj
    shares = parse_fractions(fractions)
    content = find_source(dataset).content
    parts = split_by_time(content, shares) if by is By.TIME else split_by_camera(content, shares, seed)
    paths = write_parts(parts, out or dataset.absolute().with_name(f"{dataset.absolute().stem}-split"))
    rows = [
        {
            "path": str(path),
            "frames": len(part.images),
            "cameras": len(part.sequences),
            "boxes": len(part.annotations),
        }
        for path, part in zip(paths, parts, strict=True)
    ]
    if as_json:
        output.json({"parts": rows})
    for row in [] if as_json else rows:
        output.text("{path}: {frames} frames of {cameras} cameras, {boxes} boxes".format(**row))
