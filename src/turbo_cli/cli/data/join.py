"""`turbo data join`: several datasets into one."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data join street/ bridge/ --cameras north,south,bridge --out both/"


def join(
    context: typer.Context,
    datasets: Annotated[list[Path], typer.Argument(help="Datasets, COCO JSON, videos, or folders of these.")],
    out: Annotated[Path, typer.Option(help="Folder to make; must be absent or empty.")],
    cameras: Annotated[str | None, typer.Option(help="Keep only these cameras: a,b,c.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write one dataset.json that refers to the images of all (no copy), or of some cameras of one."""
    from turbo_cli.artifacts.atomic import replacing_folder
    from turbo_cli.data.joining import join
    from turbo_cli.data.sources import find_source
    from turbo_cli.data.splitting import write_referring

    output: Output = context.obj
    contents = [find_source(dataset).content for dataset in datasets]
    content = join(contents, cameras.split(",") if cameras else None)
    with replacing_folder(out) as temporary:
        write_referring(content, temporary, out)
    counts = {
        "frames": len(content.images),
        "cameras": len(content.sequences),
        "boxes": len(content.annotations),
    }
    if as_json:
        output.json({"out": str(out)} | counts)
    else:
        output.text("{out}: {frames} frames of {cameras} cameras, {boxes} boxes".format(out=out, **counts))
