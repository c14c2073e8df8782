"""A profile as a picture: what the levels cost, and what they gain."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.profiling.profiles.text import sources
from turbo_cli.scheduling.profile import Profile

SIZE = (1200, 520)
TOP, BOTTOM = 110, 440
PAPER, INK, MUTED, GRID = "#ffffff", "#202124", "#5f6368", "#e3e6e8"
COLORS = ("#5f6368", "#8fc1e3", "#4a90c4", "#3f9e6e", "#d9a03b", "#d9603b")
"""Of levels 0…5."""

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """Lines by level, in the data's units, between two edges in pixels."""

    title: str
    across: str
    left: int
    right: int
    lines: dict[int, Points]

    @property
    def horizontal(self) -> tuple[float, float]:
        """The smallest and the largest x."""
        values = [x for points in self.lines.values() for x, _ in points]
        return min(values), max(max(values), min(values) + 1e-9)

    @property
    def ticks(self) -> list[float]:
        """Some three to eleven round values of y that hold all lines and 0."""
        values = [0.0, *(y for points in self.lines.values() for _, y in points)]
        low, high = min(values), max(*values, min(values) + 1e-3)
        power = 10.0 ** np.floor(np.log10(high - low))
        step = next(power * size for size in (0.1, 0.2, 0.5, 1, 2) if (high - low) / (power * size) <= 8)
        return [step * k for k in range(int(np.floor(low / step)), int(np.ceil(high / step)) + 1)]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """In pixels."""
        (first, last), (low, high) = self.horizontal, (self.ticks[0], self.ticks[-1])
        across = self.left + (x - first) / (last - first) * (self.right - self.left)
        return across, BOTTOM - (y - low) / (high - low) * (BOTTOM - TOP)


def write_chart(path: Path, profile: Profile, title: str) -> None:
    """Write `profile_chart` as a PNG, whole or not at all."""
    with replacing_file(path) as temporary:
        profile_chart(profile, title).save(temporary, "png")


def profile_chart(profile: Profile, title: str) -> Image.Image:
    """Left: milliseconds of each whole level by batch size. Right: points of AP by θ's buckets."""
    picture = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(picture)
    canvas.text((76, 18), title, fill=INK, font=ImageFont.load_default(24))
    unmeasured = [source for source in sources(profile) if source != "measured"]
    note = f"{' and '.join(unmeasured)}, not measured" if unmeasured else ""
    canvas.text((76, 50), note, fill=COLORS[-1], font=ImageFont.load_default(16))
    for panel in (_costs(profile), _gains(profile)):
        _draw_axes(canvas, panel)
        for level, points in panel.lines.items():
            placed = [panel.place(*point) for point in points]
            canvas.line(placed, fill=COLORS[level], width=3)
            for x, y in placed:
                canvas.ellipse((x - 4, y - 4, x + 4, y + 4), fill=COLORS[level])
    _draw_key(canvas)
    return picture


def _costs(profile: Profile) -> Panel:
    lines: dict[int, Points] = {level: [] for level in range(6)}
    for row in profile.latency_table.rows:
        if row.piece.startswith("level-"):
            lines[int(row.piece[-1])].append((row.batch_size, row.mean_ms))
    rising = {level: sorted(points) for level, points in lines.items()}
    return Panel("ms for the whole batch", "frames in the batch", 76, 560, rising)


def _gains(profile: Profile) -> Panel:
    lines: dict[int, Points] = {level: [] for level in range(1, 6)}
    for row in profile.accuracy_table.rows:
        if row.reading == "true" and row.level:
            middle = (row.difficulty_from + row.difficulty_to) / 2
            lines[row.level].append((middle, 100 * row.gain))
    rising = {level: sorted(points) for level, points in lines.items()}
    return Panel("gain in points of AP", "difficulty (1 - confidence)", 690, 1170, rising)


def _draw_axes(canvas: ImageDraw.ImageDraw, panel: Panel) -> None:
    font = ImageFont.load_default(15)
    for value in panel.ticks:
        _, y = panel.place(0, value)
        canvas.line((panel.left, y, panel.right, y), fill=MUTED if abs(value) < 1e-9 else GRID)
        canvas.text((panel.left - 10, y), f"{value:g}", fill=MUTED, font=font, anchor="rm")
    for x in sorted({x for points in panel.lines.values() for x, _ in points}):
        canvas.text((panel.place(x, 0)[0], BOTTOM + 8), f"{x:g}", fill=MUTED, font=font, anchor="ma")
    middle = (panel.left + panel.right) / 2
    canvas.text((middle, BOTTOM + 30), panel.across, fill=INK, font=font, anchor="ma")
    canvas.text((panel.left - 10, TOP - 12), panel.title, fill=INK, font=font, anchor="ls")


def _draw_key(canvas: ImageDraw.ImageDraw) -> None:
    font = ImageFont.load_default(15)
    for level, color in enumerate(COLORS):
        left = 76 + 100 * level
        canvas.rectangle((left, 492, left + 12, 504), fill=color)
        canvas.text((left + 20, 489), f"level {level}", fill=MUTED, font=font)
