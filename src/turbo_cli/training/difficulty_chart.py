"""The frames by difficulty as a picture."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.artifacts.difficulty import DifficultyClass
from turbo_cli.training.labelling import LabelledFrames

SIZE = (960, 540)
LEFT, TOP, RIGHT, BOTTOM = 76, 116, 924, 470
"""Edges of the bars' field in pixels."""

PAPER, INK, MUTED, GRID = "#ffffff", "#202124", "#5f6368", "#e3e6e8"
COLORS: dict[DifficultyClass, str] = {"easy": "#3f9e6e", "hard": "#d9603b", "empty": GRID}


def write_chart(path: Path, labelled: LabelledFrames, title: str) -> None:
    """Write `difficulty_chart` as a PNG, whole or not at all."""
    with replacing_file(path) as temporary:
        difficulty_chart(labelled, title).save(temporary, "png")


def difficulty_chart(labelled: LabelledFrames, title: str) -> Image.Image:
    """Stacked bars of easy and hard frames over difficulty θ, with the threshold where there is one."""
    picture = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(picture)
    most = max(int(labelled.histogram.sum(axis=0).max()), 1)
    _draw_heading(canvas, labelled, title)
    _draw_axes(canvas, most)
    _draw_bars(canvas, labelled, most)
    if labelled.rule.hard_threshold is not None:
        _draw_threshold(canvas, 1 - labelled.rule.hard_threshold)
    return picture


def _draw_heading(canvas: ImageDraw.ImageDraw, labelled: LabelledFrames, title: str) -> None:
    canvas.text((LEFT, 18), title, fill=INK, font=ImageFont.load_default(24))
    left, font = float(LEFT), ImageFont.load_default(16)
    for name, count in labelled.counts.items():
        label = f"{name} {count:,}"
        canvas.rectangle((left, 58, left + 12, 70), fill=COLORS[name])
        canvas.text((left + 20, 54), label, fill=MUTED, font=font)
        left += 20 + canvas.textlength(label, font=font) + 28


def _draw_axes(canvas: ImageDraw.ImageDraw, most: int) -> None:
    font = ImageFont.load_default(15)
    step = _round_step(most)
    for value in range(0, most + 1, step):
        y = _y(value, most)
        canvas.line((LEFT, y, RIGHT, y), fill=GRID if value else MUTED)
        canvas.text((LEFT - 10, y), f"{value:,}", fill=MUTED, font=font, anchor="rm")
    for tenth in range(0, 11, 2):
        canvas.text((_x(tenth / 10), BOTTOM + 10), f"{tenth / 10:.1f}", fill=MUTED, font=font, anchor="ma")
    middle = (LEFT + RIGHT) / 2
    canvas.text((middle, BOTTOM + 36), "difficulty (1 - confidence)", fill=INK, font=font, anchor="ma")
    canvas.text((LEFT - 10, TOP - 10), "frames", fill=MUTED, font=font, anchor="rs")


def _draw_bars(canvas: ImageDraw.ImageDraw, labelled: LabelledFrames, most: int) -> None:
    edges = labelled.edges
    for bar, (easy, hard) in enumerate(labelled.histogram.T.tolist()):
        left, right = _x(edges[bar]) + 2, _x(edges[bar + 1]) - 2
        for below, count, color in ((0, easy, COLORS["easy"]), (easy, hard, COLORS["hard"])):
            if count:
                canvas.rectangle((left, _y(below + count, most), right, _y(below, most) - 1), fill=color)


def _draw_threshold(canvas: ImageDraw.ImageDraw, difficulty: float) -> None:
    x = _x(difficulty)
    for y in range(TOP, BOTTOM, 9):
        canvas.line((x, y, x, y + 5), fill=INK, width=2)
    label, font = f"hard above {difficulty:.2f}", ImageFont.load_default(15)
    middle = max(LEFT + 50, min(x, RIGHT - 50))
    canvas.text((middle, TOP - 4), label, fill=INK, font=font, anchor="md")


def _round_step(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that makes at most six lines."""
    power = int(10 ** np.floor(np.log10(most)))
    steps = (max(1, power * factor // 10) for factor in (1, 2, 5, 10, 20, 50))
    return next(step for step in steps if most / step <= 6)


def _x(difficulty: float) -> float:
    return LEFT + difficulty * (RIGHT - LEFT)


def _y(count: int, most: int) -> float:
    return BOTTOM - count / most * (BOTTOM - TOP)
