"""Small charts below each other, as one picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.artifacts.atomic import replacing_file

WIDTH, HEIGHT = 960, 200
"""Of one panel in pixels."""

LEFT, TOP, RIGHT, BOTTOM = 64, 44, 936, 166
"""Edges of a panel's field."""

TITLE = 40
PAPER, INK, MUTED, GRID = "#ffffff", "#202124", "#5f6368", "#e3e6e8"
COLORS = ("#3f6fb5", "#d9603b", "#3f9e6e", "#8e63b0", "#c79a2b", "#5f6368", "#b5487a", "#2d9aa8")


@dataclass(frozen=True, eq=False)
class Panel:
    """Lines over the same x; stacked: each is filled from the one before, and the last is the sum."""

    title: str
    x: ArrayLike
    lines: Mapping[str, ArrayLike]
    stacked: bool = False


def write_picture(path: Path, title: str, x_title: str, panels: Sequence[Panel]) -> None:
    """Write `draw_panels` as a PNG, whole or not at all."""
    with replacing_file(path) as temporary:
        draw_panels(title, x_title, panels).save(temporary, "png")


def draw_panels(title: str, x_title: str, panels: Sequence[Panel]) -> Image.Image:
    """The panels below each other; x_title stands under the last."""
    picture = Image.new("RGB", (WIDTH, TITLE + len(panels) * HEIGHT + 24), PAPER)
    canvas = ImageDraw.Draw(picture)
    canvas.text((LEFT, 10), title, fill=INK, font=ImageFont.load_default(22))
    for number, panel in enumerate(panels):
        _Field(canvas, TITLE + number * HEIGHT, panel).draw()
    font, middle = ImageFont.load_default(15), (LEFT + RIGHT) / 2
    canvas.text((middle, picture.height - 8), x_title, fill=INK, font=font, anchor="md")
    return picture


class _Field:
    """One panel at its place; top: pixels from the picture's edge."""

    def __init__(self, canvas: ImageDraw.ImageDraw, top: int, panel: Panel) -> None:
        self.canvas, self.top, self.panel = canvas, top, panel
        self.x = np.asarray(panel.x, np.float64)
        lines = np.array([np.asarray(line, np.float64) for line in panel.lines.values()])
        self.lines = lines.cumsum(axis=0) if panel.stacked else lines
        known = self.lines[np.isfinite(self.lines)]
        self.low = min(0.0, float(known.min(initial=0.0)))
        self.high = max(float(known.max(initial=0.0)), self.low + 1e-6)

    def draw(self) -> None:
        self._draw_names()
        if not self.x.size:
            return
        self._draw_axes()
        below = np.zeros_like(self.x)
        for number, line in enumerate(self.lines):
            color = COLORS[number % len(COLORS)]
            points = [self._place(x, y) for x, y in zip(self.x, line, strict=True) if np.isfinite(y)]
            if self.panel.stacked:
                edge = [self._place(x, y) for x, y in zip(self.x, below, strict=True)]
                self.canvas.polygon([*points, *reversed(edge)], fill=color)
                below = line
            elif len(points) > 1:
                self.canvas.line(points, fill=color, width=2, joint="curve")
            for x, y in points if len(points) < 40 and not self.panel.stacked else ():
                self.canvas.ellipse((x - 3, y - 3, x + 3, y + 3), fill=color)

    def _draw_axes(self) -> None:
        font = ImageFont.load_default(13)
        for value in np.linspace(self.low, self.high, 4):
            y = self._place(self.x[0], value)[1]
            self.canvas.line((LEFT, y, RIGHT, y), fill=GRID)
            self.canvas.text((LEFT - 8, y), f"{value:.3g}", fill=MUTED, font=font, anchor="rm")
        for value in np.linspace(self.x[0], self.x[-1], 5):
            x = self._place(value, self.low)[0]
            self.canvas.text((x, self.top + BOTTOM + 6), f"{value:.4g}", fill=MUTED, font=font, anchor="ma")

    def _draw_names(self) -> None:
        font, left = ImageFont.load_default(14), float(LEFT)
        self.canvas.text((left, self.top + 14), self.panel.title, fill=INK, font=font)
        left += self.canvas.textlength(self.panel.title, font=font) + 24
        for number, name in enumerate(self.panel.lines):
            color = COLORS[number % len(COLORS)]
            self.canvas.rectangle((left, self.top + 18, left + 10, self.top + 28), fill=color)
            self.canvas.text((left + 16, self.top + 14), name, fill=MUTED, font=font)
            left += 16 + self.canvas.textlength(name, font=font) + 18

    def _place(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self.x[0]) / max(self.x[-1] - self.x[0], 1e-9)
        up = (y - self.low) / (self.high - self.low)
        return LEFT + across * (RIGHT - LEFT), self.top + BOTTOM - up * (BOTTOM - TOP)
