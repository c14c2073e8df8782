"""An evaluation as one self-contained HTML page."""

from collections.abc import Sequence

from turbo_cli.artifacts.evaluation import Evaluation
from turbo_cli.pages.page import cards, grid, panel, picture, section
from turbo_cli.pages.page import make_page as page
from turbo_cli.pages.text import Html, joined, number
from turbo_cli.profiling.charts import accuracy_figures, reliability_figures
from turbo_cli.profiling.gallery import Case
from turbo_cli.profiling.tables import against_table, cameras_table, gain_over, ways_table

LISTED_CAMERAS = 6
"""More than these are a number."""

SHOWN_CASES = 3
"""Best and worst ones in the page."""

LEVELS = (
    "Whiskers are 95 % bootstrap intervals over frames; the dashed line is level 0. Mistakes are counted"
    " among boxes of at least the score that is shown."
)
WAYS = (
    "AP50 in points, and the paired difference to level 0 with its interval, coloured where it excludes zero."
    " Merged boxes must beat mirrored, level 0 merged with a second look that knows nothing new. The oracle"
    " over baselines must beat the oracle over no-ops, which chooses by ground truth among as many."
)
AGAINST = "What each level's AP50 over all frames is above each baseline's."
CAMERAS = (
    "AP50 at level 0, and the difference that each level makes. A camera that was trained on proves nothing"
    " about others."
)
RELIABILITY = "Frames by tenths of what D_f predicted."


def make_page(evaluation: Evaluation, cases: Sequence[Case], title: str) -> Html:
    """title: what was evaluated."""
    cameras = evaluation.training_cameras
    trained = f"{len(cameras)}" if len(cameras) > LISTED_CAMERAS else ", ".join(cameras) or "none of these"
    levels = joined(accuracy_figures(evaluation))
    parts = [
        _cards(evaluation),
        section("AP50 by level", LEVELS, grid(levels)),
        section("Every way of detecting", WAYS, panel("", ways_table(evaluation))),
        section("Against the baselines", AGAINST, panel("", against_table(evaluation))),
        section("By camera", CAMERAS, panel("", cameras_table(evaluation))),
        section(
            "Does D_f know which frames are hard?",
            RELIABILITY,
            grid(reliability_figures(evaluation.discriminator)),
        ),
        *_galleries(cases),
    ]
    return page(
        f"turbo evaluate: {title}", "Does it help?", f"{title}. Cameras trained on: {trained}.", joined(parts)
    )


def _cards(evaluation: Evaluation) -> Html:
    labels = {"all": "frames", "seen": "of cameras trained on", "unseen": "of cameras never seen"}
    counts = [
        (labels.get(group, group), f"{getattr(evaluation.frames, group):,}", "")
        for group in ("all", "hard", "easy", "seen", "unseen")
    ]
    best = evaluation.best_level
    discriminator = evaluation.discriminator
    return cards(
        [
            *counts,
            (f"AP50 by level {best}", gain_over(evaluation.levels[best].all, "level 0"), ""),
            ("D_f AUC", number(discriminator.auc), ""),
            ("θ′ error", number(discriminator.calibration_error), ""),
        ]
    )


def _galleries(cases: Sequence[Case]) -> list[Html]:
    kinds = {
        "What it helped most": [case for case in cases if case.gain > 0],
        "What it harmed most": [case for case in cases if case.gain < 0],
    }
    return [
        section(
            heading,
            "Level 0 left, enhanced right.",
            grid(joined([picture(case.picture, "before and after") for case in some[:SHOWN_CASES]])),
        )
        for heading, some in kinds.items()
        if some
    ]
