"""Charts as SVG; colours come from the page's style, by tone."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol

from turbo_cli.pages.axis import Axis
from turbo_cli.pages.page import folded
from turbo_cli.pages.text import Html, html

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 12, 40

Values = Sequence[float]
Style = Literal["joined", "dots", "plain", "dashed"]


@dataclass(frozen=True)
class Field:
    """Where the data's units lie in the picture."""

    across: Axis
    up: Axis

    def x(self, value: float) -> float:
        """In pixels from the left."""
        return LEFT + self.across.share(value) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """In pixels from the top."""
        return HEIGHT - BOTTOM - self.up.share(value) * (HEIGHT - TOP - BOTTOM)


class Mark(Protocol):
    """Something drawn. name: in the key; empty for what needs none. tone: a class `tone-…` of the style."""

    @property
    def name(self) -> str: ...

    @property
    def tone(self) -> str: ...

    def svg(self, field: Field) -> str:
        """Its elements."""
        ...


@dataclass(frozen=True)
class Line:
    """Points by x; NaN leaves a gap. style: joined is a line with dots, plain one without.

    low, high: ends of whiskers, or nothing.
    """

    x: Values
    y: Values
    tone: str
    name: str = ""
    style: Style = "joined"
    low: Values = ()
    high: Values = ()

    @classmethod
    def through(
        cls, points: Iterable[tuple[float, float]], tone: str, name: str = "", style: Style = "joined"
    ) -> "Line":
        """A line through (x, y)."""
        pairs = list(points)
        return cls([x for x, _ in pairs], [y for _, y in pairs], tone, name, style)

    def svg(self, field: Field) -> str:
        """The line, then whiskers and dots."""
        parts = [] if self.style == "dots" else [self._path(field)]
        for x, low, high in zip(self.x, self.low, self.high, strict=bool(self.low)):
            if math.isfinite(low + high):
                parts.append(
                    f'<path class="whisker" d="M{field.x(x):.1f} {field.y(low):.1f}V{field.y(high):.1f}"/>'
                )
        if self.style in ("joined", "dots"):
            known = [(x, y) for x, y in zip(self.x, self.y, strict=True) if math.isfinite(y)]
            parts += [
                f'<circle cx="{field.x(x):.1f}" cy="{field.y(y):.1f}" r="3.5">{_hint(self.name, y)}</circle>'
                for x, y in known
            ]
        return "".join(parts)

    def _path(self, field: Field) -> str:
        pairs = zip(self.x, self.y, strict=True)
        runs = [list(run) for known, run in groupby(pairs, lambda pair: math.isfinite(pair[1])) if known]
        path = "".join("M" + "L".join(f"{field.x(x):.1f} {field.y(y):.1f}" for x, y in run) for run in runs)
        return f'<path class="{"dashed" if self.style == "dashed" else "line"}" d="{path}"/>'


@dataclass(frozen=True)
class Bars:
    """Rectangles between edges in the data's units.

    gap: pixels between neighbours; below 0 they overlap, so that no seam shows.
    """

    left: Values
    right: Values
    bottom: Values
    top: Values
    tone: str
    name: str = ""
    gap: float = 2.0

    def svg(self, field: Field) -> str:
        """Those that have a height."""
        parts = []
        for left, right, bottom, top in zip(self.left, self.right, self.bottom, self.top, strict=True):
            if top > bottom:
                x, y = field.x(left) + self.gap / 2, field.y(top)
                width, height = field.x(right) - field.x(left) - self.gap, field.y(bottom) - y
                shape = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}"'
                parts.append(f"<rect {shape}>{_hint(self.name, top - bottom)}</rect>")
        return "".join(parts)


def figure(title: str, across: Axis, up: Axis, marks: Sequence[Mark], table: Html, note: str = "") -> Html:
    """A chart with its key, and its table behind it; the title says what is drawn, `up.title` its unit."""
    field = Field(across, up)
    drawn = "".join(f'<g class="tone-{mark.tone}">{mark.svg(field)}</g>' for mark in marks)
    said = f'<p class="note">{html(note)}</p>' if note else ""
    return Html(
        f"<figure><figcaption>{html(title)}</figcaption>{_key(up.title, marks)}"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html(title)}">'
        f"{_axes(field)}{drawn}</svg>{said}{folded('Table', table)}</figure>"
    )


def stacked(edges: Values, layers: Iterable[tuple[str, str, Values]], gap: float = -0.6) -> list[Bars]:
    """Bars on top of each other; edges: one more than bars. layers: name, tone and heights, lowest first."""
    bars: list[Bars] = []
    bottom: list[float] = [0.0] * (len(edges) - 1)
    for name, tone, heights in layers:
        top = [below + height for below, height in zip(bottom, heights, strict=True)]
        bars.append(Bars(edges[:-1], edges[1:], bottom, top, tone, name, gap))
        bottom = top
    return bars


def _axes(field: Field) -> str:
    parts = []
    for value, text in field.up.ticks.items():
        y = field.y(value)
        kind = "axis" if abs(value) < 1e-12 else "grid"
        parts.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{html(text)}</text>')
    for value, text in field.across.ticks.items():
        x = field.x(value)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{html(text)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    title = html(field.across.title)
    parts.append(f'<text class="title" x="{middle:.0f}" y="{HEIGHT - 5}" text-anchor="middle">{title}</text>')
    return "".join(parts)


def _key(unit: str, marks: Sequence[Mark]) -> str:
    """The unit, then what is named, if it is more than one thing."""
    named = {mark.name: mark.tone for mark in marks if mark.name}
    entries = "".join(
        f'<li class="tone-{tone}"><span>{html(name)}</span></li>' for name, tone in named.items()
    )
    return f'<ul class="key"><li class="unit">{html(unit)}</li>{entries if len(named) > 1 else ""}</ul>'


def _hint(name: str, value: float) -> str:
    return f"<title>{html(f'{name} {value:.4g}'.strip())}</title>"
