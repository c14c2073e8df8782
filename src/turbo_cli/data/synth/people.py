"""People on foot: a few limbs that swing, turned to the camera like cards."""

from dataclasses import dataclass
from math import cos, hypot, sin

import numpy as np

from turbo_cli.data.synth.camera import Array, Camera
from turbo_cli.data.synth.solids import Colour, Picture, Shade

SKINS: tuple[Colour, ...] = ((226, 180, 150), (196, 144, 112), (140, 96, 70), (92, 62, 46))
CLOTHES: tuple[Colour, ...] = (
    (40, 44, 60), (70, 74, 82), (170, 40, 44), (44, 90, 150), (214, 208, 196), (60, 100, 70),
    (200, 150, 60), (120, 70, 120), (24, 24, 28), (230, 230, 228), (224, 120, 60),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Height in metres; the walk's step length follows from it."""

    height: float
    build: float
    skin: Colour
    hair: Colour
    top: Colour
    trousers: Colour
    category: str = "person"

    @property
    def length(self) -> float:
        """Room taken along the path."""
        return 0.6

    @property
    def width(self) -> float:
        """Metres across the shoulders."""
        return 0.27 * self.height * self.build


def random_person(rng: np.random.Generator) -> Person:
    """Anyone: height, build, clothes."""
    top, trousers = rng.choice(len(CLOTHES), 2)
    shade = rng.uniform(0.15, 0.6)
    return Person(
        float(rng.uniform(1.5, 1.92)),
        float(rng.uniform(0.85, 1.25)),
        SKINS[rng.integers(len(SKINS))],
        (120 * shade, 96 * shade, 80 * shade),
        CLOTHES[top],
        CLOTHES[trousers] if rng.random() < 0.4 else (52, 58, 78),
    )


def picture_of_person(
    person: Person,
    pose: tuple[float, float, float],
    walked: float,
    camera: Camera,
    scale: float,
    shade: Shade,
    haze: tuple[float, Array],
) -> Picture | None:
    """As `solids.picture_of`; `walked` metres give the swing of the limbs."""
    cards = _cards(person, pose, walked)
    points, depth = camera.project(np.concatenate([corners for corners, _ in cards]))
    if depth.min() < 0.5:
        return None
    points *= scale
    light = float(shade.on(np.array([[-pose[0], -pose[1], 0.6]]) / max(hypot(pose[0], pose[1]), 1))[0])
    colours = np.array([colour for _, colour in cards]) * (light * haze[0]) + haze[1] * (1 - haze[0])
    tones = np.clip(colours, 0, 255).astype(int).tolist()
    polygons = []
    first = 0
    for (corners, _), tone in zip(cards, tones, strict=True):
        last = first + len(corners)
        polygons.append((points[first:last].ravel().tolist(), tuple(tone), True))
        first = last
    low, high = points.min(axis=0), points.max(axis=0)
    return Picture(polygons, (low[0], low[1], high[0], high[1]))


def _cards(person: Person, pose: tuple[float, float, float], walked: float) -> list[tuple[Array, Colour]]:
    """Polygons in world coordinates, far limbs first."""
    x, y, heading = pose
    tall, wide = person.height, person.width
    base = np.array([x, y, 0.0])
    away = hypot(x, y) or 1.0
    across = np.array([y / away, -x / away, 0.0])
    ahead = np.array([cos(heading), sin(heading), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    swing = 0.2 * tall * sin(walked * 3.4 / tall * 1.25)
    hip, neck = base + up * 0.5 * tall, base + up * 0.83 * tall

    def limb(top: Array, foot: Array, radius: float) -> Array:
        wide, narrow = across * radius, across * radius * 0.8
        return np.array([top - wide, top + wide, foot + narrow, foot - narrow])

    leg, arm, side = wide * 0.24, wide * 0.14, across * wide * 0.2
    shoulder = across * wide * 0.44
    red, green, blue = person.trousers
    darker = (0.75 * red, 0.75 * green, 0.75 * blue)
    ring = [across * sin(a) * 0.062 * tall + up * cos(a) * 0.078 * tall for a in np.arange(8) * np.pi / 4]
    head = base + up * 0.918 * tall
    waist, belt = across * wide * 0.36, hip - up * 0.03
    torso = np.array([neck - shoulder, neck + shoulder, belt + waist, belt - waist])
    hand = base + up * 0.47 * tall
    left_hand, right_hand = (
        hand - shoulder * 1.1 - ahead * swing * 0.8,
        hand + shoulder * 1.1 + ahead * swing * 0.8,
    )
    return [
        (
            limb(neck + shoulder, right_hand, arm),
            person.top,
        ),
        (limb(hip - side, base - side - ahead * swing, leg), darker),
        (limb(hip + side, base + side + ahead * swing, leg), person.trousers),
        (torso, person.top),
        (
            limb(neck - shoulder, left_hand, arm),
            person.top,
        ),
        (np.array([head + offset for offset in ring]), person.skin),
        (np.array([head + ring[index] * 1.03 for index in (6, 7, 0, 1, 2)]), person.hair),
    ]
