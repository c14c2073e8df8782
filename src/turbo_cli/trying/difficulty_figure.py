"""Difficulty over time as a chart."""

from turbo_cli.enhancement.difficulty import HARD_THRESHOLD
from turbo_cli.pages.axis import scale, span
from turbo_cli.pages.chart import Line, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html, number
from turbo_cli.trying.course import Curves

FEW_STEPS = 80
"""Up to so many, each has a dot."""


def difficulty_figure(curves: Curves) -> Html:
    """θ over the seconds of the film, and from where on a frame is hard."""
    edges, thetas = curves.edges.tolist(), curves.difficulty.tolist()
    hard = 1 - HARD_THRESHOLD
    marks = [
        Line(edges[:-1], thetas, "turbo", "θ", "joined" if len(thetas) <= FEW_STEPS else "plain"),
        Line([edges[0], edges[-1]], [hard, hard], "hard", "hard above", "dashed"),
    ]
    behind = table(
        ("seconds", "θ"), [(f"{at:.2f}", number(theta)) for at, theta in zip(edges, thetas, strict=False)]
    )
    return figure(
        "Difficulty over time", span("seconds", edges), scale("0 easy, 1 hard", [1.0]), marks, behind
    )
