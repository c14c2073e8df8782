"""Cars, buses, trucks and motorcycles, each a body of its own with windows, wheels and lamps."""

import numpy as np

from turbo_cli.data.synth.hull import HEADLIGHT, TAIL_LIGHT, Hull, Profile
from turbo_cli.data.synth.solids import DARK, GLASS, RIM, TYRE, Builder, Colour, Lamp, Model, disc

PAINTS: tuple[Colour, ...] = (
    (232, 232, 230),
    (205, 208, 212),
    (150, 154, 160),
    (92, 96, 102),
    (38, 40, 44),
    (28, 30, 52),
    (30, 62, 130),
    (60, 110, 170),
    (160, 28, 30),
    (196, 52, 40),
    (40, 88, 62),
    (214, 176, 60),
    (120, 88, 64),
    (188, 178, 150),
    (236, 128, 36),
)
PAINT_WEIGHTS = np.array([18, 14, 12, 10, 14, 4, 5, 4, 6, 4, 3, 2, 2, 3, 2])

# (x, z) as shares of length and height.
SEDAN: Profile = (
    (-0.5, 0.2),
    (-0.5, 0.58),
    (-0.46, 0.66),
    (-0.34, 0.68),
    (-0.2, 1),
    (0.1, 1),
    (0.26, 0.66),
    (0.46, 0.56),
    (0.5, 0.46),
    (0.5, 0.2),
)
HATCH: Profile = (
    (-0.5, 0.2),
    (-0.5, 0.56),
    (-0.47, 0.66),
    (-0.4, 0.98),
    (0.12, 1),
    (0.28, 0.66),
    (0.46, 0.57),
    (0.5, 0.46),
    (0.5, 0.2),
)
OFFROAD: Profile = (
    (-0.5, 0.24),
    (-0.5, 0.58),
    (-0.48, 0.66),
    (-0.45, 0.98),
    (0.14, 1),
    (0.24, 0.68),
    (0.47, 0.62),
    (0.5, 0.5),
    (0.5, 0.24),
)
COACH: Profile = (
    (-0.5, 0.12),
    (-0.5, 0.55),
    (-0.49, 0.96),
    (-0.48, 1),
    (0.47, 1),
    (0.49, 0.92),
    (0.5, 0.4),
    (0.5, 0.12),
)


def random_vehicle(category: str, rng: np.random.Generator) -> Model:
    """A vehicle of that COCO name in a random shape, size and colour."""
    return {"car": _car, "bus": _bus, "truck": _truck, "motorcycle": _motorcycle}[category](rng)


def _paint(rng: np.random.Generator) -> Colour:
    base = PAINTS[rng.choice(len(PAINTS), p=PAINT_WEIGHTS / PAINT_WEIGHTS.sum())]
    red, green, blue = np.clip(np.array(base) * rng.uniform(0.85, 1.1) + rng.normal(0, 5, 3), 12, 245)
    return float(red), float(green), float(blue)


def _darker(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _car(rng: np.random.Generator) -> Model:
    shape, length, height, width = [
        (SEDAN, rng.uniform(4.3, 4.9), rng.uniform(1.4, 1.5), rng.uniform(1.75, 1.88)),
        (HATCH, rng.uniform(3.7, 4.3), rng.uniform(1.42, 1.56), rng.uniform(1.65, 1.8)),
        (OFFROAD, rng.uniform(4.3, 4.8), rng.uniform(1.6, 1.82), rng.uniform(1.8, 1.95)),
    ][rng.choice(3, p=[0.4, 0.33, 0.27])]
    colour = _paint(rng)
    builder = Builder()
    profile = [(x * length, z * height) for x, z in shape]
    hull = Hull(builder, profile, width / 2, 0.66 * height, rng.uniform(0.76, 0.84), colour)
    screen = len(profile) - 5
    rear_window = screen - 2
    hull.on_strip(screen, (0.06, 0.94), (0.06, 0.9), GLASS, detail=False)
    hull.on_strip(rear_window, (0.1, 0.9), (0.15, 0.9), GLASS, detail=False)
    roof_rear, roof_front = profile[rear_window + 1], profile[screen]
    foot_rear, foot_front = profile[rear_window], profile[screen + 1]
    _side_windows(hull, (foot_rear, roof_rear, roof_front, foot_front), 0.69 * height, 0.95 * height)
    hull.on_flanks(
        [
            (-0.46 * length, 0.2 * height),
            (-0.46 * length, 0.28 * height),
            (0.46 * length, 0.28 * height),
            (0.46 * length, 0.2 * height),
        ],
        _darker(colour, 0.45),
    )
    front, rear = len(profile) - 2, 0
    hull.on_strip(front, (0.3, 0.7), (0.3, 0.85), DARK)
    for u in ((0.03, 0.25), (0.75, 0.97)):
        hull.on_strip(front, u, (0.55, 1), (235, 235, 225))
        hull.on_strip(rear, u, (0.6, 0.95), (150, 16, 16))
    hull.on_strip(rear, (0.36, 0.64), (0.35, 0.6), (225, 225, 215))
    hull.on_strip(front, (0.38, 0.62), (0.05, 0.25), (225, 225, 215))
    radius = 0.22 * height
    hull.end_tyres(front, radius)
    hull.end_tyres(rear, radius)
    hull.wheels((-0.31 * length, 0.32 * length), radius)
    hull.lamps(length / 2, 0.45 * height, 1, 0.12)
    hull.lamps(-length / 2, 0.52 * height, -1, 0.09)
    return builder.model("car")


def _side_windows(hull: Hull, cabin: Profile, low: float, high: float) -> None:
    """Two panes a flank between the cabin's corners (x, z), from rear foot over the roof to front foot."""
    (rear_x, rear_z), (roof_x, roof_z), (front_x, front_z), (foot_x, foot_z) = cabin

    def rear(z: float) -> float:
        return float(np.interp(z, (rear_z, roof_z), (rear_x, roof_x))) + 0.12

    def front(z: float) -> float:
        return float(np.interp(z, (foot_z, front_z), (foot_x, front_x))) - 0.14

    middle = (rear(low) + front(low)) / 2 + 0.05
    hull.on_flanks(
        [(rear(low), low), (rear(high), high), (middle - 0.05, high), (middle - 0.05, low)],
        GLASS,
        detail=False,
    )
    hull.on_flanks(
        [(middle + 0.05, low), (middle + 0.05, high), (front(high), high), (front(low), low)],
        GLASS,
        detail=False,
    )


def _bus(rng: np.random.Generator) -> Model:
    length, height, width = rng.uniform(9.5, 12.5), rng.uniform(2.9, 3.3), rng.uniform(2.45, 2.6)
    colour = _paint(rng)
    builder = Builder()
    hull = Hull(builder, [(x * length, z * height) for x, z in COACH], width / 2, 0.6 * height, 0.97, colour)
    front, screen, rear = 6, 5, 0
    hull.on_strip(screen, (0.04, 0.96), (0.2, 1), GLASS, detail=False)
    hull.on_strip(screen, (0.12, 0.88), (0.05, 0.16), (236, 150, 40))
    hull.on_strip(front, (0.1, 0.9), (0.1, 0.3), _darker(colour, 0.5))
    hull.on_strip(1, (0.1, 0.9), (0.2, 0.85), GLASS, detail=False)
    hull.on_strip(3, (0.25, 0.75), (0.3, 0.55), (190, 190, 190))
    stripe = _paint(rng)
    _band(hull, -0.49 * length, 0.49 * length, 0.16 * height, 0.3 * height, stripe)
    _band(hull, -0.485 * length, 0.485 * length, 0.48 * height, 0.84 * height, GLASS, detail=False)
    panes = int(length / 1.5)
    for pane in range(1, panes):
        x = (pane / panes - 0.5) * 0.97 * length
        _band(hull, x - 0.06, x + 0.06, 0.48 * height, 0.84 * height, _darker(colour, 0.8))
    for x in (0.38 * length, -0.02 * length):
        _band(hull, x - 0.5, x + 0.5, 0.16 * height, 0.82 * height, (50, 58, 66))
    for u in ((0.03, 0.2), (0.8, 0.97)):
        hull.on_strip(front, u, (0.35, 0.65), (235, 235, 225))
        hull.on_strip(rear, u, (0.3, 0.6), (150, 16, 16))
    hull.end_tyres(front, 0.48)
    hull.end_tyres(rear, 0.48)
    hull.wheels((-0.27 * length, 0.29 * length), 0.48)
    hull.lamps(length / 2, 0.27 * height, 1, 0.16)
    hull.lamps(-length / 2, 0.33 * height, -1, 0.12)
    return builder.model("bus")


def _band(
    hull: Hull, rear: float, front: float, low: float, high: float, colour: Colour, detail: bool = True
) -> None:
    hull.on_flanks([(rear, low), (rear, high), (front, high), (front, low)], colour, detail)


def _truck(rng: np.random.Generator) -> Model:
    length, width = rng.uniform(6, 10.5), rng.uniform(2.3, 2.55)
    cab_height, cargo_height = rng.uniform(2.4, 2.9), rng.uniform(2.8, 3.7)
    cab_length = rng.uniform(1.9, 2.4)
    builder = Builder()
    tail, cab_rear, nose = -length / 2, length / 2 - cab_length, length / 2
    _cargo(builder, tail, cab_rear - 0.15, width / 2, cargo_height, rng)
    colour = _paint(rng)
    profile = [
        (cab_rear, 0.45),
        (cab_rear, cab_height),
        (nose - 0.5, cab_height),
        (nose - 0.08, 1.45),
        (nose, 1.2),
        (nose, 0.45),
    ]
    cab = Hull(builder, profile, width * 0.47, 1.4, 0.92, colour)
    cab.on_strip(2, (0.06, 0.94), (0.15, 0.95), GLASS, detail=False)
    window = [
        (cab_rear + 0.7, 1.5),
        (cab_rear + 0.7, cab_height - 0.3),
        (nose - 0.62, cab_height - 0.3),
        (nose - 0.25, 1.5),
    ]
    cab.on_flanks(window, GLASS, detail=False)
    cab.on_strip(4, (0.2, 0.8), (0.1, 0.6), DARK)
    for u in ((0.03, 0.2), (0.8, 0.97)):
        cab.on_strip(4, u, (0.2, 0.5), (235, 235, 225))
    cab.end_tyres(4, 0.48)
    cab.wheels((nose - 1.0,), 0.48)
    cab.lamps(nose, 0.85, 1, 0.15)
    return builder.model("truck")


def _cargo(
    builder: Builder, tail: float, front: float, half_width: float, height: float, rng: np.random.Generator
) -> None:
    """A box, or an open bed with its load below the cab's roof."""
    closed = rng.random() < 0.7
    top = height if closed else rng.uniform(1.7, 2.2)
    pale = rng.uniform(185, 238)
    colour = (pale, pale, pale * 0.98) if closed and rng.random() < 0.6 else _paint(rng)
    hull = Hull(builder, [(tail, 0.85), (tail, top), (front, top), (front, 0.85)], half_width, 9.0, 1, colour)
    if closed and rng.random() < 0.6:
        low, high = 0.85 + 0.35 * (top - 0.85), 0.85 + 0.7 * (top - 0.85)
        span = front - tail
        _band(hull, tail + 0.15 * span, tail + 0.75 * span, low, high, _paint(rng))
    if not closed:
        hull.on_strip(1, (0.06, 0.94), (0.03, 0.97), (104, 86, 62), detail=False)
        for share in (0.25, 0.5, 0.75):
            x = tail + share * (front - tail)
            _band(hull, x - 0.06, x + 0.06, 0.85, top, _darker(colour, 0.6))
    hull.on_strip(0, (0.48, 0.52), (0, 1), _darker(colour, 0.6))
    for u in ((0.04, 0.18), (0.82, 0.96)):
        hull.on_strip(0, u, (0.01, 0.1), (160, 16, 16))
    for side in (hull.left, hull.right):
        y = half_width if side == hull.left else -half_width
        frame = [(tail, y, 0.5), (tail, y, 0.85), (front, y, 0.85), (front, y, 0.5)]
        builder.on(side, frame, DARK, outline=True, detail=False)
    rear = [
        (tail, half_width, 0.45),
        (tail, -half_width, 0.45),
        (tail, -half_width, 0.85),
        (tail, half_width, 0.85),
    ]
    builder.on(hull.strips[0], rear, DARK, outline=True, detail=False)
    hull.end_tyres(0, 0.48)
    hull.wheels((tail + 1.0, tail + 2.1) if front - tail > 5.5 else (tail + 1.2,), 0.48)
    hull.lamps(tail, 0.95, -1, 0.12)


def _motorcycle(rng: np.random.Generator) -> Model:
    """With its rider, who counts as part of it."""
    builder = Builder()
    paint, jacket, helmet = _paint(rng), _paint(rng), _paint(rng)
    trousers = _darker(_paint(rng), 0.5)
    for x in (-0.68, 0.68):
        _tyre(builder, x)
    body = [
        (-0.85, 0.62),
        (-0.8, 0.82),
        (-0.15, 0.78),
        (0.15, 0.98),
        (0.5, 0.98),
        (0.55, 0.6),
        (0.3, 0.3),
        (-0.35, 0.3),
    ]
    hull = Hull(builder, [*body, body[0]], 0.19, 2.0, 1, paint)
    hull.on_flanks([(-0.35, 0.3), (-0.3, 0.55), (0.3, 0.55), (0.3, 0.3)], (70, 72, 76))
    Hull(
        builder,
        _closed([(-0.4, 0.78), (-0.25, 0.9), (0.25, 0.86), (0.2, 0.35), (0.02, 0.35), (-0.02, 0.7)]),
        0.3,
        2,
        1,
        trousers,
    )
    Hull(
        builder,
        _closed([(-0.38, 0.8), (-0.2, 1.42), (0.0, 1.48), (0.08, 1.35), (0.0, 0.82)]),
        0.25,
        1.3,
        0.8,
        jacket,
    )
    Hull(builder, _closed([(-0.02, 1.3), (0.02, 1.4), (0.5, 1.08), (0.48, 1.0)]), 0.3, 2, 1, jacket)
    head = Hull(
        builder,
        _closed([(-0.1, 1.48), (-0.12, 1.66), (0, 1.76), (0.12, 1.7), (0.15, 1.5)]),
        0.13,
        1.6,
        0.7,
        helmet,
    )
    head.on_strip(3, (0.15, 0.85), (0.2, 0.9), DARK)
    for x, towards, colour in ((0.62, 1, HEADLIGHT), (-0.88, -1, TAIL_LIGHT)):
        builder.lamps.append(Lamp((x, 0.0, 0.85), towards, colour, 0.11))
    return builder.model("motorcycle")


def _closed(profile: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [*profile, profile[0]]


def _tyre(builder: Builder, x: float) -> None:
    circle = [(px, pz) for px, _, pz in disc(x, 0, 0.32, 0.32)]
    hull = Hull(builder, _closed(circle), 0.08, 2, 1, TYRE)
    inner = [(px, pz) for px, _, pz in disc(x, 0, 0.32, 0.19, 8)]
    hull.on_flanks(inner, RIM)
