"""`turbo label-difficulty`: find the frames that a detector finds hard."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from turbo_cli.cli.options import (
    JUDGING,
    BatchSizeOption,
    ClassesOption,
    DatasetOption,
    DetectorOption,
    DeviceOption,
    JsonOption,
    OutOption,
    SizeOption,
    WeightsOption,
    parse_size,
)
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.training.labelling import LabelledFrames, Rule

EXAMPLE = "Example: turbo label-difficulty --detector tiny --dataset street/ --out difficulty.csv"
BAR_WIDTH = 40
TABLE_FLOORS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
TABLE_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def label_difficulty(
    context: typer.Context,
    detector: DetectorOption,
    dataset: DatasetOption,
    out: OutOption,
    strategy: Annotated[
        Literal["model-aware", "model-agnostic"],
        typer.Option(
            metavar="HOW",
            help="model-aware: by confidence; model-agnostic: by small objects.",
            rich_help_panel=JUDGING,
        ),
    ] = "model-aware",
    roi_score: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            min=0.05,
            max=1,
            help="RoIs are boxes from this score on. (0.3)",
            rich_help_panel=JUDGING,
        ),
    ] = None,
    hard_threshold: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            min=0,
            max=1,
            help="Hard is less confidence than this. (0.6)",
            rich_help_panel=JUDGING,
        ),
    ] = None,
    hard_quantile: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            min=0,
            max=1,
            help="Make this share of the frames hard instead.",
            rich_help_panel=JUDGING,
        ),
    ] = None,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate", help="Choose both by the frames' AP (needs labels).", rich_help_panel=JUDGING
        ),
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the histogram (PNG) here too.")] = None,
    classes: ClassesOption = None,
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
    batch_size: BatchSizeOption = 8,
    as_json: JsonOption = False,
) -> None:
    """Label every frame easy, hard or empty by the detector's confidence (eq. 1).

    What it found is kept beside the table: a killed run goes on, and other thresholds take seconds.
    """
    from turbo_cli.artifacts.atomic import check_file
    from turbo_cli.data import open_dataset
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.metrics import parse_classes
    from turbo_cli.training.difficulty_chart import write_chart
    from turbo_cli.training.labelling import Labelling, label_frames

    output: Output = context.obj
    merged = parse_classes(classes) if classes else None
    options = Labelling(strategy, roi_score, hard_threshold, hard_quantile, calibrate, merged)
    opened = open_dataset(dataset)
    options.check(opened)
    if plot:
        check_file(plot)
    loaded = load_detector(detector, weights, device, parse_size(size))
    labelled = label_frames(loaded, opened, out, options, batch_size, output.track)
    if plot:
        write_chart(plot, labelled, f"{loaded.name} on {opened.path.name}")
    if as_json:
        output.json({"out": str(out), **_as_json(labelled)})
    else:
        _print(output, out, labelled)


def _as_json(labelled: "LabelledFrames") -> dict[str, Any]:
    edges = labelled.edges.tolist()
    bars = zip(edges, edges[1:], *labelled.histogram.tolist(), strict=False)
    return {
        "frames": sum(labelled.counts.values()),
        "counts": labelled.counts,
        "rule": asdict(labelled.rule),
        "calibration": asdict(labelled.calibration) if labelled.calibration else None,
        "histogram": [dict(zip(("from", "to", "easy", "hard"), bar, strict=True)) for bar in bars],
        "hard_shares": [
            {"roi_score": floor, "hard_threshold": threshold, "share": share}
            for floor, shares in _hard_shares(labelled).items()
            for threshold, share in shares.items()
        ],
    }


def _print(output: Output, out: Path, labelled: "LabelledFrames") -> None:
    counts = ", ".join(f"{count} {name}" for name, count in labelled.counts.items())
    output.text(f"{out}: {sum(labelled.counts.values())} frames: {counts}")
    output.text(_in_words(labelled.rule))
    if found := labelled.calibration:
        output.text(
            f"calibrated on {found.frames} frames with ground truth: mean AP {found.easy_ap:.3f} in easy and"
            f" {found.hard_ap:.3f} in hard ones ({found.hard_share:.0%}), correlation {found.correlation:.2f}"
        )
    for name in ("easy", "hard"):
        if not labelled.counts[name]:
            output.text(f"no {name} frames: choose by the table below, or --hard-quantile")
    output.text("")
    _print_histogram(output, labelled)
    output.text("")
    _print_hard_shares(output, labelled)


def _in_words(rule: "Rule") -> str:
    if rule.hard_threshold is None:
        return f"hard: objects below 32×32 pixels: {rule.hard_small_objects} or more"
    return f"hard: confidence below {rule.hard_threshold:g}; RoIs: score from {rule.roi_score:g}"


def _print_histogram(output: Output, labelled: "LabelledFrames") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("difficulty", "easy", "hard", "", box=None, pad_edge=False)
    most = max(int(labelled.histogram.sum(axis=0).max()), 1)
    for edge, easy, hard in zip(labelled.edges, *labelled.histogram.tolist(), strict=False):
        to_hard, end = (round(BAR_WIDTH * count / most) for count in (easy, easy + hard))
        bar = Text.assemble(("░" * to_hard, "green"), ("█" * (end - to_hard), "red"))
        table.add_row(f"{edge:.2f}–{edge + labelled.edges[1]:.2f}", str(easy), str(hard), bar)
    output.table(table)


def _print_hard_shares(output: Output, labelled: "LabelledFrames") -> None:
    from rich.table import Table

    shares = _hard_shares(labelled)
    thresholds = next(iter(shares.values()))
    table = Table("RoIs from", *(f"< {t:g}" for t in thresholds), box=None, pad_edge=False)
    for floor, row in shares.items():
        table.add_row(f"{floor:g}", *("–" if share is None else f"{share:.0%}" for share in row.values()))
    output.text("share of frames that would be hard, of those that are not empty, by confidence c:")
    output.table(table)


def _hard_shares(labelled: "LabelledFrames") -> dict[float, dict[float, float | None]]:
    """By RoI floor and threshold, the chosen ones among them."""
    rule = labelled.rule
    floors = sorted({*TABLE_FLOORS, rule.roi_score})
    chosen = () if rule.hard_threshold is None else (rule.hard_threshold,)
    return {
        floor: {t: labelled.survey.hard_share(floor, t) for t in sorted({*TABLE_THRESHOLDS, *chosen})}
        for floor in floors
    }
