"""`turbo replay`: recordings as live cameras for a running service."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from turbo_cli.cli.options import TRAFFIC, ClassesOption, DatasetArgument, JsonOption, SeedOption
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.serving.replay import ReplayReport

EXAMPLE = "Example: turbo replay street/ --fps 5 --fault freeze@10+5"


def replay(
    context: typer.Context,
    source: DatasetArgument,
    url: Annotated[str, typer.Option("--to", help="The service.")] = "http://127.0.0.1:8080",
    token: Annotated[
        str | None, typer.Option(envvar="TURBO_TOKEN", help="Of its API, if it wants one.")
    ] = None,
    via: Annotated[
        Literal["post", "mjpeg"],
        typer.Option(help="Post frames, or serve them as MJPEG (needs a token).", rich_help_panel=TRAFFIC),
    ] = "post",
    cameras: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Of more than are recorded, several play the same.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            min=0.01,
            help="Of each camera; without, the recording's own.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            min=0.1,
            help="Repeat recordings so long; without, each plays once.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[:CAMERA]@START+SECONDS",
            help="drop, freeze, garbage, slow or reconnect; repeatable.",
            rich_help_panel=TRAFFIC,
        ),
    ] = None,
    classes: ClassesOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="COCO result list of what was shown.")] = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Play recordings as cameras to a running `turbo serve`; print mAP and misses."""
    from turbo_cli.artifacts import detections as artifact
    from turbo_cli.data.dataset import check_output, open_dataset
    from turbo_cli.metrics import check_classes, parse_classes
    from turbo_cli.serving.replay import ReplayOptions
    from turbo_cli.serving.replay import replay as play
    from turbo_cli.serving.replay.faults import parse_fault
    from turbo_cli.serving.replay.report import shown_boxes

    output: Output = context.obj
    dataset = open_dataset(source)
    if out:
        check_output(dataset, out)
    merged = parse_classes(classes) if classes else None
    if merged:
        check_classes(dataset.categories, merged)
    faults = [parse_fault(text) for text in fault or ()]
    options = ReplayOptions(via, token, cameras, fps, seconds, faults, merged, seed)
    report, outcomes = play(dataset, url, options, output.track)
    if out:
        shown = shown_boxes([outcome for outcome in outcomes if outcome.whole])
        artifact.write(out, {dataset.frames[row].image_id: boxes for row, boxes in shown.items()})
    if as_json:
        output.json(asdict(report))
    else:
        _print(output, report)


def _print(output: Output, report: "ReplayReport") -> None:
    output.text(f"frames     {report.frames}, {report.whole} of them sent whole")
    misses = f"{report.late} late, {report.dropped} dropped; {report.lost} lost"
    output.text(f"answered   {report.answered}: {misses}")
    for reason, count in report.refused.items():
        output.text(f"refused    {count}: {reason}")
    levels = ", ".join(f"{level}: {count}" for level, count in report.levels.items())
    output.text(f"levels     {levels}; {report.filtered} held back by the filter")
    output.text(
        "latency    " + ", ".join(f"{name} {ms:.0f}" for name, ms in report.latency_ms.items()) + " ms"
    )
    for name, score in (("mAP", report.map), ("AP50", report.ap50)):
        if score:
            output.text(f"{name:10} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]")
