"""Small SVG charts of a report, for its page."""

import math
from collections.abc import Mapping

from turbo_cli.profiling.judging import Judgements
from turbo_cli.profiling.reliability import Reliability

WIDTH, HEIGHT = 330, 220
LEFT, RIGHT, TOP, BOTTOM = 36, 10, 26, 30


def levels_chart(levels: Mapping[str, Judgements], group: str) -> str:
    """AP50 of every level on one group of frames, with intervals and level 0 as a line."""
    scores = {name: judgements[group].score.ap50 for name, judgements in levels.items()}
    frames = levels["0"][group].frames
    known = [score for score in scores.values() if not math.isnan(score.low)]
    if not known:
        return _chart(f"{group}: no such frames", "")
    low, high = min(score.low for score in known), max(score.high for score in known)
    low, high = math.floor(20 * low) / 20, max(math.ceil(20 * high) / 20, math.floor(20 * low) / 20 + 0.05)
    parts = [_axis_y(low, high)]
    y = _place(scores["0"].value, low, high)
    parts.append(f'<line class="zero" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
    for place, (name, score) in enumerate(scores.items()):
        x = LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / len(scores)
        bottom, middle, top = (_place(value, low, high) for value in (score.low, score.value, score.high))
        parts += [
            f'<path class="mark" stroke-width="2" d="M{x:.1f} {bottom:.1f}V{top:.1f}"/>',
            f'<circle class="mark" cx="{x:.1f}" cy="{middle:.1f}" r="4"/>',
            f'<text x="{x:.1f}" y="{HEIGHT - 10}" text-anchor="middle">{name}</text>',
        ]
    return _chart(f"{group} ({frames} frames)", "".join(parts))


def reliability_chart(reliability: Reliability) -> str:
    """Mean θ over mean θ′ by tenths (dots as large as their frames), and the share of hard frames in each."""
    return _calibration(reliability) + _hard_shares(reliability)


def _calibration(reliability: Reliability) -> str:
    most = max((tenth.frames for tenth in reliability.tenths), default=0)
    parts = [
        _axis_y(0, 1),
        f'<line class="zero" x1="{_across(0):.1f}" y1="{_place(0, 0, 1):.1f}" '
        f'x2="{_across(1):.1f}" y2="{_place(1, 0, 1):.1f}"/>',
    ]
    for tenth in reliability.tenths:
        if tenth.frames:
            x, y, radius = _across(tenth.predicted), _place(tenth.true, 0, 1), 2 + 7 * tenth.frames / most
            parts.append(f'<circle class="mark" opacity="0.8" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>')
    parts.append(f'<text x="{_across(0.5):.0f}" y="{HEIGHT - 10}" text-anchor="middle">predicted θ′</text>')
    return _chart("true θ, by what was predicted", "".join(parts))


def _hard_shares(reliability: Reliability) -> str:
    parts = [_axis_y(0, 1)]
    for tenth in reliability.tenths:
        if tenth.frames:
            x, y = _across(tenth.start) + 2, _place(tenth.hard, 0, 1)
            width, height = _across(0.1) - _across(0) - 4, max(1.0, _place(0, 0, 1) - y)
            parts.append(
                f'<rect class="mark" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
            )
    parts.append(f'<text x="{_across(0.5):.0f}" y="{HEIGHT - 10}" text-anchor="middle">predicted θ′</text>')
    return _chart("share of truly hard frames", "".join(parts))


def _axis_y(low: float, high: float) -> str:
    lines = []
    for step in range(6):
        value = low + step * (high - low) / 5
        y = _place(value, low, high)
        lines.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * value:.0f}</text>')
    return "".join(lines)


def _place(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _across(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _chart(title: str, content: str) -> str:
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f'<text x="{LEFT}" y="14">{title}</text>{content}</svg>'
    )
