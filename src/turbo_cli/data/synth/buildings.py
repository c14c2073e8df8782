"""Houses beside the roads, with windows that shine at night."""

from dataclasses import dataclass, replace
from math import hypot

import numpy as np

from turbo_cli.data.synth.roads import Layout
from turbo_cli.data.synth.solids import Builder, Colour, Model, Point, patch

WALLS: tuple[Colour, ...] = (
    (172, 150, 128),
    (150, 96, 78),
    (190, 184, 172),
    (128, 128, 132),
    (164, 168, 176),
    (196, 172, 132),
    (110, 98, 92),
)
LIT_WINDOW: Colour = (255, 206, 130)
STOREY = 3.2


@dataclass(frozen=True)
class Plot:
    """Room for a thing beside the road: metres along it, across, and up; its middle and heading."""

    length: float
    width: float
    height: float
    pose: tuple[float, float, float]


def random_plots(layout: Layout, rng: np.random.Generator) -> list[Plot]:
    """Both sides of the main road, more or less densely built."""
    road = layout.roads[0]
    density = rng.uniform(0.25, 0.95)
    plots = []
    for side in (-1, 1):
        s, setback = -20.0 + rng.uniform(0, 10), rng.uniform(0.5, 8)
        while s < 120:
            length, depth = rng.uniform(9, 22), rng.uniform(8, 14)
            if rng.random() < density:
                lateral = side * (road.half_width + road.pavement + setback + depth / 2)
                storeys = rng.choice([1, 2, 3, 4, 6], p=[0.2, 0.3, 0.25, 0.15, 0.1])
                pose = road.arc.pose(s + length / 2, lateral)
                plots.append(Plot(length, depth, float(storeys * STOREY), pose))
            s += length + rng.uniform(0.5, 8)
    return [plot for plot in plots if stands_free(layout, plot.pose, hypot(plot.length, plot.width) / 2)]


def stands_free(layout: Layout, pose: tuple[float, float, float], radius: float) -> bool:
    """Whether a thing beside the main road is clear of every other road."""
    x, y = np.array(pose[0]), np.array(pose[1])
    for road in layout.roads[1:]:
        _, lateral = road.arc.places(x, y)
        if abs(float(lateral)) < road.half_width + road.pavement + radius:
            return False
    return True


def box(builder: Builder, length: float, width: float, height: float, colour: Colour) -> list[list[Point]]:
    """A box as one part; its four walls, each a quadrilateral whose first edge is at the bottom."""
    x, y = length / 2, width / 2
    builder.part((0, 0, height / 2))
    feet = [(-x, -y), (x, -y), (x, y), (-x, y)]
    walls: list[list[Point]] = [
        [(*a, 0.0), (*b, 0.0), (*b, height), (*a, height)]
        for a, b in zip(feet, [*feet[1:], feet[0]], strict=True)
    ]
    red, green, blue = colour
    builder.side([(*foot, height) for foot in feet], (0.7 * red, 0.7 * green, 0.7 * blue))
    for wall in walls:
        builder.side(wall, colour)
    return walls


def random_building(plot: Plot, rng: np.random.Generator) -> tuple[Model, Model]:
    """The house by day, and the same black but for its lit windows."""
    base = np.array(WALLS[rng.integers(len(WALLS))]) * rng.uniform(0.8, 1.15) + rng.normal(0, 6, 3)
    builder = Builder()
    walls = box(
        builder, plot.length, plot.width, plot.height, (float(base[0]), float(base[1]), float(base[2]))
    )
    lit: list[int] = []
    share, life, spacing = rng.uniform(0.35, 0.65), rng.uniform(0.1, 0.5), rng.uniform(2.4, 3.4)
    for number, corners in enumerate(walls, start=1):
        columns = max(2, int((plot.length if number % 2 else plot.width) / spacing))
        for u, v in _panes(columns, round(plot.height / STOREY), share):
            if rng.random() < life:
                lit.append(len(builder.spans))
            shine = rng.uniform(0.6, 1.5)
            builder.on(number, patch(corners, u, v), (52 * shine, 62 * shine, 74 * shine))
    model = builder.model("building")
    glow = np.zeros_like(model.colours)
    glow[lit] = np.array(LIT_WINDOW) * rng.uniform(0.4, 0.9, (len(lit), 1))
    return model, replace(model, colours=glow)


def _panes(columns: int, storeys: int, share: float) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Windows as (u, v) ranges of a wall."""
    return [
        (
            ((column + 0.5 - share / 2) / columns, (column + 0.5 + share / 2) / columns),
            ((storey + 0.3) / storeys, (storey + 0.82) / storeys),
        )
        for storey in range(storeys)
        for column in range(columns)
    ]
