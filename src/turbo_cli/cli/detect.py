"""`turbo detect`: run a detector over a dataset, video or image."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turbo_cli.cli.options import (
    OUTPUT,
    BatchSizeOption,
    ClassesOption,
    DatasetArgument,
    DetectorOption,
    DeviceOption,
    JsonOption,
    SizeOption,
    WeightsOption,
    parse_size,
)
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.metrics import Scores

EXAMPLE = "Example: turbo detect --detector tiny street.mp4 --out boxes.json --draw drawn/"


def detect(
    context: typer.Context,
    dataset: DatasetArgument,
    detector: DetectorOption,
    out: Annotated[Path, typer.Option("--out", help="COCO result list to write; unsure boxes too.")],
    draw: Annotated[
        Path | None,
        typer.Option("--draw", help="Folder to make for annotated frames.", rich_help_panel=OUTPUT),
    ] = None,
    draw_score: Annotated[
        float,
        typer.Option(
            metavar="X", min=0, max=1, help="Draw boxes from this score on.", rich_help_panel=OUTPUT
        ),
    ] = 0.3,
    classes: ClassesOption = None,
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
    batch_size: BatchSizeOption = 8,
    as_json: JsonOption = False,
) -> None:
    """Run a detector over every frame; with labels, print its mAP by camera."""
    from turbo_cli.artifacts import detections as artifact
    from turbo_cli.artifacts.atomic import check_folder
    from turbo_cli.data.dataset import check_output, open_dataset
    from turbo_cli.data.drawing import draw_frames
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.detectors.running import detect_frames
    from turbo_cli.metrics import check_classes, parse_classes, scores_by_camera

    output: Output = context.obj
    frames = open_dataset(dataset)
    check_output(frames, out)
    if draw:
        check_folder(draw)
    merged = parse_classes(classes) if classes is not None else None
    if merged:
        check_classes(frames.categories, merged)
    loaded = load_detector(detector, weights, device, parse_size(size))
    found = list(detect_frames(loaded, frames, batch_size, output.track))
    scores = scores_by_camera(frames, found, merged) if frames.labelled else {}
    artifact.write(out, {info.image_id: boxes for info, boxes in zip(frames.frames, found, strict=True)})
    if draw:
        draw_frames(draw, frames, found, loaded.categories, draw_score, output.track)
    if as_json:
        counts = {"frames": len(frames), "boxes": sum(map(len, found))}
        output.json(counts | {"scores": {camera: _as_json(value) for camera, value in scores.items()}})
        return
    output.text(f"{out}: {sum(map(len, found))} boxes in {len(frames)} frames")
    _print_scores(output, scores)


def _print_scores(output: Output, scores: "dict[str, Scores]") -> None:
    from rich.table import Table

    table = Table("camera", "frames", "mAP", "AP50", "AP50 by class", box=None)
    for camera, value in scores.items():
        by_class = ", ".join(f"{name} {ap50:.3f}" for name, (_, ap50) in value.per_class.items())
        table.add_row(camera, str(value.frames), f"{value.map:.3f}", f"{value.ap50:.3f}", by_class)
    if scores:
        output.table(table)


def _as_json(scores: "Scores") -> dict[str, object]:
    def known(value: float) -> float | None:
        return None if value != value else value

    by_class = {name: {"map": pair[0], "ap50": pair[1]} for name, pair in scores.per_class.items()}
    return {
        "frames": scores.frames,
        "map": known(scores.map),
        "ap50": known(scores.ap50),
        "ap75": known(scores.ap75),
        "per_class": by_class,
    }
