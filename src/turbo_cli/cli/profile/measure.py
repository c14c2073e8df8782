"""`turbo profile measure`: how long every piece of the work takes, and what every level gains."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import (
    RUNNING,
    ClassesOption,
    DetectorOption,
    JsonOption,
    LabelledOption,
    LevelsOption,
    RoiScoreOption,
    SizeOption,
    WeightsOption,
    parse_size,
)
from turbo_cli.cli.output import Output
from turbo_cli.cli.profile.show import show

EXAMPLE = (
    "Example: turbo profile measure --detector tiny --enhancer enhancer.safetensors --dataset streets"
    " --gpu cpu --out profiles/cpu/tiny"
)


def measure(
    context: typer.Context,
    detector: DetectorOption,
    labelled: LabelledOption,
    out: Annotated[Path, typer.Option("--out", help="Folder to make; must be absent or empty.")],
    enhancer: Annotated[
        Path | None, typer.Option("--enhancer", help="The enhancer's weights, or tiny; not with --levels.")
    ] = None,
    levels: LevelsOption = "enhancer",
    gpu: Annotated[
        str,
        typer.Option(
            "--gpu", help="cpu, cuda:NUMBER, auto, or what is not here (t4, l4, …).", rich_help_panel=RUNNING
        ),
    ] = "auto",
    estimate: Annotated[
        bool,
        typer.Option("--estimate", help="Estimate hardware that is not here.", rich_help_panel=RUNNING),
    ] = False,
    max_batch: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=4096, help="The largest batch.", rich_help_panel=RUNNING),
    ] = 16,
    max_seconds: Annotated[
        float,
        typer.Option(
            metavar="X", min=0.01, help="Timed runs of a piece take so long at most.", rich_help_panel=RUNNING
        ),
    ] = 10.0,
    classes: ClassesOption = None,
    roi_score: RoiScoreOption = 0.3,
    weights: WeightsOption = None,
    size: SizeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure what every level gains, and how long every piece of the work takes."""
    from turbo_cli.artifacts import accuracy, latency
    from turbo_cli.artifacts.atomic import check_folder, replacing_folder
    from turbo_cli.data import open_dataset
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.enhancement.ladders import load_ladder
    from turbo_cli.metrics import parse_classes
    from turbo_cli.profiling.gains import measure_gains
    from turbo_cli.profiling.latency_tables import make_latency_table
    from turbo_cli.profiling.targets import find_target

    output: Output = context.obj
    target, dataset = find_target(gpu, estimate), open_dataset(labelled)
    merged = parse_classes(classes) if classes else None
    base = load_detector(detector, weights, target.device, parse_size(size))
    ladder = load_ladder(levels, base, enhancer, target.device)
    check_folder(out)
    gains = measure_gains(ladder, dataset, merged, roi_score=roi_score, track=output.track)
    table = make_latency_table(ladder, dataset, target, max_batch, max_seconds, output.track)
    with replacing_folder(out) as folder:
        accuracy.write(folder / "accuracy.csv", gains)
        latency.write(folder / "latency.csv", table)
    show(context, str(out), as_json=as_json)
