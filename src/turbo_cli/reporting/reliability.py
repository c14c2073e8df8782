"""Whether D_f knows which frames are hard."""

from pathlib import Path

from turbo_cli.artifacts import evaluation as artifact
from turbo_cli.pages.page import panel
from turbo_cli.pages.table import facts
from turbo_cli.pages.text import Html, joined, number
from turbo_cli.profiling.charts import reliability_figures
from turbo_cli.reporting.accuracy import COMMAND
from turbo_cli.reporting.section import Part, Section


def draw_reliability(folder: Path) -> Html:
    """Calibration, hardness, counts, and what they come to."""
    _, evaluation = artifact.read(folder / "evaluation.json")
    found = evaluation.discriminator
    rows = [
        ("AUC: a hard frame is predicted harder than an easy one", number(found.auc, 3)),
        ("mean distance of θ′ from θ", number(found.calibration_error, 3)),
    ]
    return joined([reliability_figures(found), panel("All in all", facts(rows))])


SECTION = Section(
    "Does D_f know which frames are hard?",
    "Frames by tenths of the difficulty θ′ that D_f predicts before detection; θ is what the detector shows.",
    (Part(("evaluation.json",), COMMAND, draw_reliability),),
)
