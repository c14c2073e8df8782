"""`turbo data label`: what a detector found becomes the labels."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import DatasetArgument, JsonOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data label street/ --detections boxes.json --out labelled/"


def label(
    context: typer.Context,
    dataset: DatasetArgument,
    detections: Annotated[Path, typer.Option(help="COCO result list of these frames, by `turbo detect`.")],
    out: Annotated[Path, typer.Option(help="Folder to make; must be absent or empty.")],
    score: Annotated[
        float, typer.Option(metavar="X", min=0, max=1, help="Boxes from this score on are labels.")
    ] = 0.4,
    doubt: Annotated[
        float, typer.Option(metavar="X", min=0, max=1, help="Boxes between this score and that are ignored.")
    ] = 0.2,
    as_json: JsonOption = False,
) -> None:
    """Write a dataset.json whose labels are what a stronger detector, or a larger size, found."""
    from turbo_cli.artifacts import detections as artifact
    from turbo_cli.artifacts.atomic import replacing_folder
    from turbo_cli.data.annotating import check_found
    from turbo_cli.data.dataset import StoredDataset
    from turbo_cli.data.golden_labels import label
    from turbo_cli.data.sources import find_source
    from turbo_cli.data.splitting import write_referring

    output: Output = context.obj
    found = artifact.read(detections)
    source = find_source(dataset)  # once: of a video it reads every packet
    check_found(StoredDataset(dataset, source), found)
    content = label(source.content, found, score, doubt)
    with replacing_folder(out) as temporary:
        write_referring(content, temporary, out)
    ignored = sum(one.ignore for one in content.annotations)
    counts = {
        "frames": len(content.images),
        "boxes": len(content.annotations) - ignored,
        "ignored": ignored,
    }
    if as_json:
        output.json({"out": str(out)} | counts)
    else:
        output.text("{out}: {frames} frames, {boxes} boxes, {ignored} ignored".format(out=out, **counts))
