"""`turbo evaluate`: does an enhancer help, where, and more than cheaper ways?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turbo_cli.cli.options import (
    JUDGING,
    OUTPUT,
    BatchSizeOption,
    ClassesOption,
    DetectorOption,
    DeviceOption,
    EnhancerOption,
    HardThresholdOption,
    JsonOption,
    LabelledOption,
    RoiScoreOption,
    SeedOption,
    SizeOption,
    WeightsOption,
    parse_size,
)
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.profiling.bootstrap import Interval
    from turbo_cli.profiling.evaluation import Report

EXAMPLE = "Example: turbo evaluate --detector tiny --enhancer enhancer.safetensors --dataset streets"


def evaluate(
    context: typer.Context,
    detector: DetectorOption,
    enhancer: EnhancerOption,
    labelled: LabelledOption,
    html: Annotated[
        Path | None, typer.Option("--html", help="A self-contained page to write.", rich_help_panel=OUTPUT)
    ] = None,
    gallery: Annotated[
        Path | None,
        typer.Option("--gallery", help="Folder to make for best and worst frames.", rich_help_panel=OUTPUT),
    ] = None,
    frames: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only so many frames, evenly spread.")
    ] = None,
    boxes: Annotated[
        Path | None,
        typer.Option("--boxes", help="Folder to make for the boxes of each way.", rich_help_panel=OUTPUT),
    ] = None,
    baselines: Annotated[
        str,
        typer.Option(help="none, all, or names, package.module:factory among them.", rich_help_panel=JUDGING),
    ] = "all",
    reference: Annotated[
        list[Path] | None,
        typer.Option(help="Weights of `turbo weights fine-tune`; repeatable.", rich_help_panel=JUDGING),
    ] = None,
    generator: Annotated[
        list[Path] | None,
        typer.Option(help="gan.safetensors, judged by its pictures; repeatable.", rich_help_panel=JUDGING),
    ] = None,
    classes: ClassesOption = None,
    bootstrap: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Resamples of the frames for intervals.", rich_help_panel=JUDGING
        ),
    ] = 1000,
    seed: SeedOption = 0,
    roi_score: RoiScoreOption = 0.3,
    hard_threshold: HardThresholdOption = 0.6,
    score: Annotated[
        float,
        typer.Option(
            metavar="X",
            min=0,
            max=1,
            help="Count mistakes, draw boxes from this score.",
            rich_help_panel=JUDGING,
        ),
    ] = 0.3,
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
    batch_size: BatchSizeOption = 8,
    as_json: JsonOption = False,
) -> None:
    """Judge every level of an enhancer on labelled frames, beside baselines."""
    from turbo_cli.artifacts import evaluation as artifact
    from turbo_cli.artifacts.atomic import check_folder
    from turbo_cli.data import open_dataset
    from turbo_cli.data.selection import spread_frames
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.enhancement import load_enhancer
    from turbo_cli.enhancement.baselines import find_baselines
    from turbo_cli.enhancement.loading import find_enhancer
    from turbo_cli.metrics import parse_classes
    from turbo_cli.pages.page import write_page
    from turbo_cli.profiling.as_artifact import as_artifact, provenance_of
    from turbo_cli.profiling.boxes import write_boxes
    from turbo_cli.profiling.evaluation import EvaluationOptions, evaluate_enhancer
    from turbo_cli.profiling.gallery import find_cases, write_gallery
    from turbo_cli.profiling.page import make_page
    from turbo_cli.profiling.references import load_references

    output: Output = context.obj
    for folder in filter(None, (gallery, boxes)):
        check_folder(folder)
    merged = parse_classes(classes) if classes else None
    compared = find_baselines(baselines, device)
    dataset = open_dataset(labelled)
    chosen = spread_frames(dataset, frames)
    loaded = load_enhancer(enhancer, load_detector(detector, weights, device, parse_size(size)))
    options = EvaluationOptions(merged, roi_score, hard_threshold, score, bootstrap, seed, batch_size)
    references = load_references(loaded.detector, reference or (), generator or ())
    report = evaluate_enhancer(loaded, chosen, compared, options, output.track, references)
    evaluation = as_artifact(report)
    cases = find_cases(loaded, chosen, report, score=score, track=output.track) if html or gallery else []
    if gallery:
        write_gallery(gallery, cases)
    if boxes:
        write_boxes(boxes, chosen, report.passes)
    if html:
        title = f"{enhancer.name} for {detector} on {labelled.name}"
        write_page(html, make_page(evaluation, cases, title))
    if as_json:
        provenance = provenance_of(loaded.detector, find_enhancer(enhancer), dataset, options)
        output.json(artifact.content(provenance, evaluation))
        return
    _print_report(output, report)


def _print_report(output: Output, report: "Report") -> None:
    counts = ", ".join(f"{len(report.groups[group])} {group}" for group in ("hard", "easy", "seen", "unseen"))
    output.text(f"{len(report.groups['all'])} frames: {counts} (cameras trained on, or not)")
    output.text("AP50 in points, and its difference to level 0 with 95 % intervals")
    _print_ways(output, report)
    _print_errors(output, report)
    auc, error = report.reliability.auc, report.reliability.calibration_error
    known = "AUC unknown (needs hard and easy frames)" if auc != auc else f"AUC {auc:.3f}"
    output.text(f"D_f: {known}; θ′ lies {error:.3f} from θ on average")


def _print_ways(output: Output, report: "Report") -> None:
    from rich.table import Table

    groups = ("all", "hard", "easy")
    # Narrow enough for 80 columns.
    table = Table("", "AP50", *groups, box=None, padding=(0, 1, 0, 0))
    kinds = dict.fromkeys(kind for kind, _ in report.judged)
    for kind in kinds:
        table.add_row(kind, style="bold")
        for name, judged in report.of_kind(kind).items():
            gains = [_difference(judged[group].gains["level 0"].ap50) for group in groups]
            table.add_row(f" {name}", f"{100 * judged['all'].score.ap50.value:.1f}", *gains)
    output.table(table)


def _print_errors(output: Output, report: "Report") -> None:
    from rich.table import Table

    table = Table("level", "found", "missed", "false positives", box=None)
    for name, judged in report.of_kind("level").items():
        errors = judged["all"].errors
        table.add_row(name, *map(str, (errors.hits, errors.false_negatives, errors.false_positives)))
    output.table(table)


def _difference(gain: "Interval") -> str:
    if gain.value != gain.value:
        return "–"
    return f"{100 * gain.value:+.1f} {100 * gain.low:.1f}…{100 * gain.high:.1f}"
