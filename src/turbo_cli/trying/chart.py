"""Difficulty over time and the levels chosen, as an SVG that takes its colours from the page."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from turbo_cli.enhancement.difficulty import HARD_THRESHOLD
from turbo_cli.trying.course import Step

WIDTH, HEIGHT = 1060, 330
LEFT, RIGHT = 52, 46
CURVE, BARS = (24, 194), (222, 292)
"""Top and bottom of the curve of θ, and of the bars of levels."""

TICKS = 8


def course_chart(steps: Sequence[Step]) -> str:
    """θ above, the share of frames that reach each level below; a tooltip on each step."""
    width = (WIDTH - LEFT - RIGHT) / len(steps)
    parts = [_axes(), *_curves(steps, width), *_time(steps, width)]
    parts += [_column(step, LEFT + place * width, width) for place, step in enumerate(steps)]
    label = "Difficulty of the frames over time, and the levels that were chosen for them"
    view = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg class="course" {view} role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _axes() -> str:
    lines = []
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _height(value, CURVE)
        lines.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    hard = _height(1 - HARD_THRESHOLD, CURVE)
    lines.append(f'<line class="zero" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{hard:.1f}" y2="{hard:.1f}"/>')
    lines.append(f'<text x="{WIDTH - RIGHT + 8}" y="{hard - 4:.1f}">hard ↑</text>')
    lines.append(f'<text x="{LEFT}" y="{CURVE[0] - 10}">difficulty θ at level 0</text>')
    lines.append(f'<text x="{LEFT}" y="{BARS[0] - 8}">level chosen</text>')
    lines.append(
        f'<rect class="ground" x="{LEFT}" y="{BARS[0]}" width="{WIDTH - LEFT - RIGHT}" height="70"/>'
    )
    return "".join(lines)


def _curves(steps: Sequence[Step], width: float) -> list[str]:
    """A line through each run of steps with a known θ, and a dot on one that stands alone."""
    known = [(LEFT + (place + 0.5) * width, step.difficulty) for place, step in enumerate(steps)]
    parts = []
    for is_known, run in groupby(known, key=lambda point: point[1] is not None):
        points = [f"{x:.1f} {_height(value, CURVE):.1f}" for x, value in run if value is not None]
        if is_known and len(points) > 1:
            parts.append(f'<path class="curve" d="M{"L".join(points)}"/>')
        elif is_known:
            x, y = points[0].split()
            parts.append(f'<circle class="dot" cx="{x}" cy="{y}" r="2.5"/>')
    return parts


def _column(step: Step, left: float, width: float) -> str:
    """The levels of one step, from the lowest enhanced one up, and over its whole height the tooltip."""
    parts, below = [], 0.0
    shown = [(f"level-{level}", share) for level, share in enumerate(step.shares) if level]
    for name, share in [*shown, ("dropped", step.dropped)]:
        if share:
            top, height = _height(below + share, BARS), share * (BARS[1] - BARS[0])
            place = f'x="{left:.2f}" y="{top:.1f}" width="{width + 0.05:.2f}" height="{height:.1f}"'
            parts.append(f'<rect class="{name}" {place}/>')
            below += share
    whole = f'x="{left:.2f}" y="{CURVE[0]}" width="{width:.2f}" height="{BARS[1] - CURVE[0]}"'
    return f'<g class="step">{"".join(parts)}<rect class="touch" {whole}/><title>{_words(step)}</title></g>'


def _words(step: Step) -> str:
    theta = "not detected" if step.difficulty is None else f"θ {step.difficulty:.2f}"
    levels = [f"level {level}: {share:.0%}" for level, share in enumerate(step.shares) if share]
    dropped = [f"dropped: {step.dropped:.0%}"] * bool(step.dropped)
    return escape(", ".join([f"{step.start_s:.2f} s", theta, *levels, *dropped]))


def _time(steps: Sequence[Step], width: float) -> list[str]:
    every = max(1, round(len(steps) / TICKS))
    return [
        f'<text x="{LEFT + place * width:.1f}" y="{HEIGHT - 20}">{steps[place].start_s:.1f} s</text>'
        for place in range(0, len(steps), every)
    ]


def _height(share: float, span: tuple[int, int]) -> float:
    top, bottom = span
    return bottom - share * (bottom - top)
