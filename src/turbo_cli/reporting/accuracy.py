"""Accuracy by level, and of every other way of detecting."""

from pathlib import Path

from turbo_cli.artifacts import evaluation as artifact
from turbo_cli.pages.page import folded, panel
from turbo_cli.pages.text import Html, joined
from turbo_cli.profiling.charts import accuracy_figures
from turbo_cli.profiling.tables import against_table, cameras_table, ways_table
from turbo_cli.reporting.section import Part, Section


def draw_accuracy(folder: Path) -> Html:
    """A figure for each group of frames, then all ways and all cameras as tables."""
    provenance, evaluation = artifact.read(folder / "evaluation.json")
    frames = evaluation.frames
    counts = f"{frames.all:,} frames of {len(frames.cameras)} cameras, {frames.unseen:,} never trained on"
    tables = {
        "Every way of detecting": ways_table(evaluation),
        "Against the baselines": against_table(evaluation),
        "Cameras": cameras_table(evaluation),
    }
    more = joined([folded(title, table) for title, table in tables.items()])
    return joined([*accuracy_figures(evaluation), panel(f"{provenance.detector} on {counts}", more)])


COMMAND = "turbo evaluate … --gallery RUN/gallery --json > RUN/evaluation.json"

SECTION = Section(
    "Accuracy by level",
    "AP50 with 95 % bootstrap intervals over frames; the dashed line is level 0, the detector alone. Frames"
    " of one video resemble each other, so what cameras differ by is more than the intervals say.",
    (Part(("evaluation.json",), COMMAND, draw_accuracy),),
)
