"""`import_dataset`: read a source in one of the formats, write a dataset whole or not at all."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turbo_cli.artifacts import dataset
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.coco import FIRST_FREE_ID
from turbo_cli.data.importers import aicity, bdd100k, coco, ua_detrac, video, yolo
from turbo_cli.data.importers.classes import load_class_map
from turbo_cli.data.importers.conversion import convert
from turbo_cli.data.importers.pictures import Copied, Linked
from turbo_cli.data.importers.report import Report
from turbo_cli.data.importers.source import SourceFrame
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked

REPORT_NAME = "import-report.json"


@dataclass(frozen=True)
class Format:
    """How a format is read.

    read: (source, images, report) → its frames; images: where its images are, None where the format says.
    class_map: the shipped map; None for a format without labels.
    separate_images: whether `images` means anything to it.
    """

    read: Callable[[Path, Path | None, Report], Iterator[SourceFrame]]
    class_map: str | None
    separate_images: bool = False


FORMATS = {
    "aicity": Format(aicity.read_frames, "aicity.yaml"),
    "bdd100k": Format(bdd100k.read_frames, "bdd100k.yaml", separate_images=True),
    "coco": Format(coco.read_frames, "common.yaml", separate_images=True),
    "ua-detrac": Format(ua_detrac.read_frames, "ua-detrac.yaml", separate_images=True),
    "video": Format(video.read_frames, None),
    "yolo": Format(yolo.read_frames, "common.yaml"),
}


@dataclass(frozen=True)
class Imported:
    """A finished import: what was written, and what came up on the way."""

    format: str
    source: Path
    out: Path
    dataset: dataset.DatasetFile
    report: Report

    def summary(self) -> dict[str, Any]:
        """The counts, as `import-report.json` and `--json` have them."""
        content = self.dataset
        names = {category.id: category.name for category in content.categories}
        boxes = Counter(names[annotation.category_id] for annotation in content.annotations)
        return {
            "format": self.format,
            "source": str(self.source),
            "out": str(self.out),
            "frames": len(content.images),
            "cameras": len(content.sequences),
            "boxes": dict(boxes.most_common()),
            "new_classes": [category.name for category in content.categories if category.id >= FIRST_FREE_ID],
            "ignored_boxes": sum(annotation.ignore for annotation in content.annotations),
            "ignore_regions": sum(len(image.ignore_regions) for image in content.images),
            "clipped": self.report.clipped,
            "dropped": dict(self.report.dropped.most_common()),
            "unannotated": self.report.unannotated,
            "bad": self.report.bad.total(),
            "bad_share": round(self.report.bad_share, 6),
            "bad_reasons": dict(self.report.reasons().most_common()),
        }


def import_dataset(
    format_name: str,
    source: Path,
    out: Path,
    *,
    images: Path | None = None,
    class_file: Path | None = None,
    copy: bool = False,
    allow_bad: bool = False,
    track: Track = untracked,
) -> Imported:
    """Read `source` and write `out/dataset.json` and `out/import-report.json`.

    images: a folder (or, for `coco`, a video) that has the images, where they lie apart from the labels.
    class_file: YAML of source class → COCO's name, a new name, or null to drop, over the shipped map.
    Raises `TurboError`, and leaves no `out`, if the source is not of that format, has nothing to use, or more
    than 5 % of its rows are bad and `allow_bad` is false.
    """
    wanted = _format(format_name, images, class_file)
    for path in (source, images):
        if path is not None and not path.exists():
            raise TurboError(f"{path}: no such file or folder")
    classes = load_class_map(wanted.class_map or "common.yaml", class_file)
    report = Report()
    with replacing_folder(out) as folder:
        frames = track(wanted.read(source, images, report), f"importing {format_name}")
        labelled = wanted.class_map is not None
        content = convert(frames, classes, report, Copied(folder) if copy else Linked(out), labelled)
        report.check(allow_bad)
        _refuse_nothing(content, report, source)
        content = content.model_copy(update={"info": {"imported_from": str(source), "format": format_name}})
        imported = Imported(format_name, source, out, content, report)
        dataset.write(folder / dataset.FILE_NAME, content)
        listing = imported.summary() | {"bad_rows": report.rows_json()}
        (folder / REPORT_NAME).write_text(json.dumps(listing, indent=1, ensure_ascii=False), encoding="utf-8")
    return imported


def _format(name: str, images: Path | None, class_file: Path | None) -> Format:
    if name not in FORMATS:
        raise TurboError(f"unknown format {name!r}", nearest(name, FORMATS))
    chosen = FORMATS[name]
    if images is not None and not chosen.separate_images:
        raise TurboError(f"--images says nothing to {name!r}: its layout says where the images are")
    if class_file is not None and chosen.class_map is None:
        raise TurboError(f"--classes says nothing to {name!r}: it has no labels")
    return chosen


def _refuse_nothing(content: dataset.DatasetFile, report: Report, source: Path) -> None:
    if not content.images:
        raise TurboError(f"{source}: no frame can be used{_why(report)}")
    if content.labelled and not content.annotations:
        if report.dropped:
            classes = ", ".join(sorted(report.dropped))
            raise TurboError(
                f"{source}: its classes map to nothing: {classes}", "map at least one with --classes"
            )
        raise TurboError(
            f"{source}: no box in any label{_why(report)}",
            "`turbo data import video` takes unlabelled frames",
        )


def _why(report: Report) -> str:
    reasons = ", ".join(f"{rows} {reason}" for reason, rows in report.reasons().most_common(3))
    return f": {reasons}" if reasons else ""
