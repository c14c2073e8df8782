"""`turbo data info`: what is in a dataset."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turbo_cli.cli.options import DatasetArgument, JsonOption
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.data.statistics import DatasetStatistics

EXAMPLE = "Example: turbo data info street/ --json"


def info(
    context: typer.Context,
    dataset: DatasetArgument,
    sample: Annotated[int, typer.Option(min=0, help="Frames of each camera to measure.")] = 8,
    as_json: JsonOption = False,
) -> None:
    """Show cameras, frames, boxes, their sizes, brightness and sharpness."""
    from turbo_cli.data import open_dataset
    from turbo_cli.data.statistics import measure_dataset

    output: Output = context.obj
    statistics = measure_dataset(open_dataset(dataset), sample, output.track)
    if as_json:
        output.json({"path": str(dataset), **_as_json(statistics)})
    else:
        _print(output, statistics)


def _as_json(statistics: "DatasetStatistics") -> dict[str, Any]:
    return {
        "frames": statistics.frames,
        "cameras": len(statistics.cameras),
        "labelled": statistics.labelled,
        "boxes": statistics.boxes,
        "box_sizes": statistics.sizes,
        "ignored_boxes": statistics.ignored,
        "ignore_regions": statistics.ignore_regions,
        "per_camera": [asdict(camera) for camera in statistics.cameras],
    }


def _print(output: Output, statistics: "DatasetStatistics") -> None:
    from rich.table import Table

    cameras = Table(
        "camera", "frames", "size", "seconds", "boxes", "brightness", "sharpness", box=None, pad_edge=False
    )
    for one in statistics.cameras:
        measured = [_rounded(one.brightness), _rounded(one.sharpness)]
        size = f"{one.width}×{one.height}"
        cameras.add_row(one.camera, str(one.frames), size, f"{one.seconds:.1f}", str(one.boxes), *measured)
    output.table(cameras)
    output.text("")
    if not statistics.labelled:
        output.text(f"{statistics.frames} frames, no labels")
        return
    boxes = Table("class", "boxes", box=None, pad_edge=False)
    for name, count in statistics.boxes.items():
        boxes.add_row(name, str(count))
    output.table(boxes)
    total = sum(statistics.sizes.values())
    sizes = ", ".join(f"{name} {count / max(total, 1):.0%}" for name, count in statistics.sizes.items())
    output.text(
        f"\n{statistics.frames} frames, {total} boxes ({sizes}), {statistics.ignored} of them ignored"
    )
    output.text(f"{statistics.ignore_regions} ignore regions over all frames")


def _rounded(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
