"""`turbo data import`: bring labelled images and videos in from other formats."""

from pathlib import Path
from typing import Annotated, Any

import typer

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo data import yolo traffic-cameras/ cameras/"


def import_(
    context: typer.Context,
    format_name: Annotated[
        str, typer.Argument(metavar="FORMAT", help="aicity, bdd100k, coco, ua-detrac, video or yolo.")
    ],
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The folder or file to read.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The dataset's folder, made by this command.")],
    classes: Annotated[
        Path | None,
        typer.Option(help="YAML of source class: COCO name, new name, or null to drop."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(help="Where the images lie, if apart from the labels (for coco a video, too)."),
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy images into OUT.")] = False,
    allow_bad: Annotated[
        bool, typer.Option("--allow-bad", help="Go on if more than 5 % of the rows are bad.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import labelled images or videos from another format.

    Nothing is copied without --copy. Bad rows are skipped and listed in OUT/import-report.json.
    """
    from turbo_cli.data.importers import import_dataset

    output: Output = context.obj
    imported = import_dataset(
        format_name,
        source,
        out,
        images=images,
        class_file=classes,
        copy=copy,
        allow_bad=allow_bad,
        track=output.track,
    )
    if as_json:
        output.json(imported.summary())
    else:
        for line in _lines(imported.summary()):
            output.text(line)


def _lines(summary: dict[str, Any]) -> list[str]:
    """The counts for people; what is zero and expected to be so is left unsaid."""
    lines = [
        f"{summary['out']}: {_plural(summary['frames'], 'frame')} of {_plural(summary['cameras'], 'camera')}"
    ]
    if summary["boxes"]:
        lines.append(f"boxes: {_counts(summary['boxes'])}")
    optional = {
        "ignored boxes": summary["ignored_boxes"],
        "ignore regions": summary["ignore_regions"],
        "boxes clipped at the image's edge": summary["clipped"],
        "boxes dropped by the class map": _counts(summary["dropped"]),
        "classes that COCO has not": ", ".join(summary["new_classes"]),
        "frames that the source says nothing about, ignored whole": summary["unannotated"],
    }
    lines += [f"{name}: {value}" for name, value in optional.items() if value]
    bad = f"bad rows: {summary['bad']}"
    if summary["bad"]:
        bad += f" ({summary['bad_share']:.1%}: {_counts(summary['bad_reasons'])}), see import-report.json"
    return [*lines, bad]


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
