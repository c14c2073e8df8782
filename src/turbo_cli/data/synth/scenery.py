"""What stands beside the roads: buildings, trees, lamp posts. Nothing solid stands between camera and traffic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot

import numpy as np
from PIL import Image, ImageDraw

from turbo_cli.data.synth.camera import Array, Camera
from turbo_cli.data.synth.roads import Layout, Road
from turbo_cli.data.synth.solids import Builder, Colour, Model, Point, Shade, patch, picture_of

SUPERSAMPLING = 2
"""Everything with edges is drawn this many times larger and averaged down."""

WALLS: tuple[Colour, ...] = (
    (172, 150, 128), (150, 96, 78), (190, 184, 172), (128, 128, 132), (164, 168, 176), (196, 172, 132), (110, 98, 92),
)  # fmt: skip
LIT_WINDOW: Colour = (255, 206, 130)
FULL_LIGHT = Shade(np.array([0.0, 0.0, 1.0]), 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Post:
    """A lamp post: its picture (as in `Picture.polygons`), depth in metres, its lamp in pixels and on the ground."""

    polygons: list[tuple[list[float], tuple[int, int, int]]]
    depth: float
    lamp: tuple[float, float]
    lamp_radius: float
    foot: tuple[float, float]


@dataclass(frozen=True)
class _Building:
    model: Model
    lit: Model
    pose: tuple[float, float, float]


def paint_scenery(
    layout: Layout, camera: Camera, shade: Shade, ground: Array, rng: np.random.Generator
) -> tuple[Array, Array, list[tuple[Model, tuple[float, float, float]]]]:
    """Put buildings and trees onto the ground's picture.

    Returns the (H, W, 3) day picture, the (H, W, 3) light of lit windows, and the solids that throw shadows.
    """
    day = _enlarged(ground)
    dark = Image.new("RGB", day.size)
    _paint_skyline(day, camera, rng)
    hidden = _traffic_points(layout, camera)
    things: list[tuple[float, _Building | tuple[float, float, float]]] = []
    for building in _random_buildings(layout, rng):
        if not _hides(building.model, building.pose, camera, hidden):
            things.append((hypot(*building.pose[:2]), building))
    for x, y, height in _random_trees(layout, rng):
        if not _hides(_tree_block(height), (x, y, 0.0), camera, hidden):
            things.append((hypot(x, y), (x, y, height)))
    for _, thing in sorted(things, key=lambda entry: -entry[0]):
        if isinstance(thing, _Building):
            _draw(day, thing.model, thing.pose, camera, shade)
            _draw(dark, thing.lit, thing.pose, camera, FULL_LIGHT)
        else:
            _draw_tree(day, dark, thing, camera, shade, rng)
    solids = [(t.model, t.pose) if isinstance(t, _Building) else (_tree_block(t[2]), (t[0], t[1], 0.0)) for _, t in things]  # fmt: skip
    return _reduced(day), _reduced(dark), solids


def _enlarged(ground: Array) -> Image.Image:
    image = Image.fromarray(ground.astype(np.uint8))
    return image.resize((image.width * SUPERSAMPLING, image.height * SUPERSAMPLING), Image.Resampling.NEAREST)


def _reduced(image: Image.Image) -> Array:
    return np.asarray(image.reduce(SUPERSAMPLING)).astype(np.float32)


def _draw(
    image: Image.Image, model: Model, pose: tuple[float, float, float], camera: Camera, shade: Shade
) -> None:
    depth = max(float(hypot(*pose[:2])), 1.0)
    haze = (
        float(np.exp(-depth / 900)),
        np.array([200.0, 208.0, 216.0]) if shade is not FULL_LIGHT else np.zeros(3),
    )
    picture = picture_of(model, pose, camera, SUPERSAMPLING, shade, haze)
    if picture is not None:
        draw = ImageDraw.Draw(image)
        for polygon, colour, _ in picture.polygons:
            draw.polygon(polygon, fill=colour)


def _traffic_points(layout: Layout, camera: Camera) -> tuple[Array, Array]:
    """Where traffic can be seen: (N, 2) pixels and (N,) depths."""
    places = [
        (*path.pose(distance)[:2], height)
        for path in layout.paths
        for distance in np.arange(0, path.length, 2.0)
        for height in (0.0, 3.2 if path.users == "vehicles" else 1.8)
    ]
    if not places:
        return np.zeros((0, 2)), np.zeros(0)
    return camera.project(np.array(places))


def _hides(
    model: Model, pose: tuple[float, float, float], camera: Camera, traffic: tuple[Array, Array]
) -> bool:
    """Whether a thing would stand before any place where traffic is seen (or reaches behind the camera)."""
    corners = _block_corners(model, pose)
    points, depth = camera.project(corners)
    if depth.min() < 1.0:
        return True
    (pixels, depths), (low, high) = traffic, (points.min(axis=0) - 2, points.max(axis=0) + 2)
    within = np.all((pixels > low) & (pixels < high), axis=1)
    return bool(np.any(within & (depths > depth.min())))


def _block_corners(model: Model, pose: tuple[float, float, float]) -> Array:
    turn = np.array([np.cos(pose[2]), np.sin(pose[2])])
    side = np.array([-turn[1], turn[0]])
    return np.array(
        [
            [*(pose[:2] + turn * x * model.length / 2 + side * y * model.width / 2), z]
            for x in (-1, 1)
            for y in (-1, 1)
            for z in (0.0, model.height)
        ]
    )


def _block(builder: Builder, length: float, width: float, height: float, colour: Colour) -> list[list[Point]]:
    """A box; its four walls as quadrilaterals whose first edge is at the bottom."""
    x, y = length / 2, width / 2
    builder.part((0, 0, height / 2))
    feet = [(-x, -y), (x, -y), (x, y), (-x, y)]
    walls = [
        [(*a, 0.0), (*b, 0.0), (*b, height), (*a, height)]
        for a, b in zip(feet, [*feet[1:], feet[0]], strict=True)
    ]
    builder.side([(*foot, height) for foot in feet], tuple(0.7 * c for c in colour))  # type: ignore[arg-type]
    for wall in walls:
        builder.side(wall, colour)
    return walls


def _random_buildings(layout: Layout, rng: np.random.Generator) -> list[_Building]:
    found = []
    density = rng.uniform(0.25, 0.95)
    road = layout.roads[0]
    for side in (-1, 1):
        s, setback = -20.0 + rng.uniform(0, 10), rng.uniform(0.5, 8)
        while s < 120:
            length, depth = rng.uniform(9, 22), rng.uniform(8, 14)
            if rng.random() < density:
                lateral = side * (road.half_width + road.pavement + setback + depth / 2)
                pose = road.arc.pose(s + length / 2, lateral)
                if _stands_free(layout, pose, hypot(length, depth) / 2):
                    height = float(rng.choice([3.2, 6.4, 9.6, 12.8, 19.2], p=[0.2, 0.3, 0.25, 0.15, 0.1]))
                    found.append(_building(length, depth, height, pose, rng))
            s += length + rng.uniform(0.5, 8)
    return found


def _stands_free(layout: Layout, pose: tuple[float, float, float], radius: float) -> bool:
    """Clear of every other road."""
    x, y = np.array(pose[0]), np.array(pose[1])
    for road in layout.roads[1:]:
        _, lateral = road.arc.places(x, y)
        if abs(float(lateral)) < road.half_width + road.pavement + radius:
            return False
    return True


def _building(
    length: float, width: float, height: float, pose: tuple[float, float, float], rng: np.random.Generator
) -> _Building:
    base = np.array(WALLS[rng.integers(len(WALLS))]) * rng.uniform(0.8, 1.15) + rng.normal(0, 6, 3)
    wall: Colour = (float(base[0]), float(base[1]), float(base[2]))
    builder = Builder()
    lit: list[int] = []
    walls = _block(builder, length, width, height, wall)
    floors = max(1, round(height / 3.2))
    share = rng.uniform(0.35, 0.65)
    night_life = rng.uniform(0.1, 0.5)
    for number, corners in enumerate(walls, start=1):
        reach = length if number % 2 else width
        columns = max(2, int(reach / rng.uniform(2.4, 3.4)))
        for floor in range(floors):
            for column in range(columns):
                u = (column + 0.5 - share / 2) / columns, (column + 0.5 + share / 2) / columns
                v = (floor + 0.3) / floors, (floor + 0.82) / floors
                shine = rng.uniform(0.6, 1.5)
                if rng.random() < night_life:
                    lit.append(len(builder.spans))
                builder.on(number, patch(corners, u, v), (52 * shine, 62 * shine, 74 * shine))
    model = builder.model("building")
    glow = np.zeros_like(model.colours)
    glow[lit] = np.array(LIT_WINDOW) * rng.uniform(0.4, 0.9, (len(lit), 1))
    return _Building(model, replace(model, colours=glow), pose)


def _random_trees(layout: Layout, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    found = []
    density = rng.uniform(0.1, 0.9)
    for road in layout.roads[:1]:
        for side in (-1, 1):
            for s in np.arange(-15, 90, 5.5):
                if rng.random() < density:
                    lateral = side * (road.half_width + road.pavement + rng.uniform(0.5, 9))
                    x, y, _ = road.arc.pose(float(s + rng.normal(0, 1)), float(lateral))
                    if _stands_free(layout, (x, y, 0.0), 1.5):
                        found.append((x, y, float(rng.uniform(3.5, 8))))
    return found


def _tree_block(height: float) -> Model:
    builder = Builder()
    _block(builder, height * 0.5, height * 0.5, height, (60, 80, 45))
    return builder.model("tree")


def _draw_tree(
    day: Image.Image,
    dark: Image.Image,
    tree: tuple[float, float, float],
    camera: Camera,
    shade: Shade,
    rng: np.random.Generator,
) -> None:
    """A trunk under a crown of leaves: blobs, dark below and inside, light above."""
    x, y, height = tree
    points, depth = camera.project(np.array([[x, y, 0.0], [x, y, height * 0.55], [x, y, height * 0.66]]))
    metre = camera.focal / depth[0] * SUPERSAMPLING
    (foot_x, foot_y), (fork_x, fork_y), crown = (points * SUPERSAMPLING).tolist()
    draw, shadow = ImageDraw.Draw(day), ImageDraw.Draw(dark)
    trunk = 0.03 * height * metre
    draw.polygon([foot_x - trunk, foot_y, foot_x + trunk, foot_y, fork_x + trunk * 0.6, fork_y, fork_x - trunk * 0.6, fork_y], fill=(74, 60, 48))  # fmt: skip
    green = np.array([66, 92, 48]) * rng.uniform(0.75, 1.15) + rng.normal(0, 7, 3)
    for layer, (count, spread) in enumerate(((8, 0.2), (12, 0.22), (14, 0.2))):
        light = (0.55 + 0.28 * layer) * (0.75 + 0.3 * shade.strength)
        for _ in range(count):
            dx, dy = rng.normal(0, spread * 0.6, 2) * height * metre
            dy = dy * 0.8 - layer * 0.05 * height * metre
            radius = height * metre * rng.uniform(0.05, 0.12) * (1.25 - 0.25 * layer)
            tone = tuple(int(value) for value in np.clip(green * light * rng.uniform(0.85, 1.15), 0, 255))
            box = [
                crown[0] + dx - radius,
                crown[1] + dy - radius,
                crown[0] + dx + radius,
                crown[1] + dy + radius,
            ]
            draw.ellipse(box, fill=tone)
            shadow.ellipse(box, fill=(0, 0, 0))


def _paint_skyline(image: Image.Image, camera: Camera, rng: np.random.Generator) -> None:
    """Distant houses and tree tops along the horizon, pale with distance."""
    far, _ = camera.project(np.array([[-4000.0, 4000.0, 0.0], [4000.0, 4000.0, 0.0]]))
    (left, left_y), (right, right_y) = (far * SUPERSAMPLING).tolist()
    draw = ImageDraw.Draw(image)
    leafy = rng.random() < 0.5
    x = 0.0
    while x < image.width:
        wide = image.width * rng.uniform(0.02, 0.09)
        high = image.height * rng.uniform(0.01, 0.05 if leafy else 0.1)
        y = left_y + (right_y - left_y) * (x - left) / (right - left)
        tone = rng.uniform(0.9, 1.08)
        colour = (132, 150, 138) if leafy else (160, 166, 176)
        fill = tuple(int(channel * tone) for channel in colour)
        if leafy:
            draw.ellipse([x - wide, y - high, x + wide, y + high * 1.2], fill=fill)
        else:
            draw.rectangle([x, y - high, x + wide, y + image.height * 0.01], fill=fill)
        x += wide * rng.uniform(0.5, 1.1)


def random_posts(layout: Layout, camera: Camera, rng: np.random.Generator) -> list[Post]:
    """Street lamps along the main road; they may stand before traffic, as they do in streets."""
    road = layout.roads[0]
    side, spacing = float(rng.choice([-1, 1])), rng.uniform(14, 24)
    posts = []
    for s in np.arange(-60 + rng.uniform(0, spacing), 110, spacing):
        post = _post(road, float(s), side, camera)
        if post is not None:
            posts.append(post)
    return posts


def _post(road: Road, s: float, side: float, camera: Camera) -> Post | None:
    x, y, _ = road.arc.pose(s, side * (road.half_width + 0.5))
    if not _stands_free(Layout((road, road)[:1], None, None), (x, y, 0.0), 0):
        return None
    tip_x, tip_y, _ = road.arc.pose(s, side * (road.half_width - 1.4))
    joints = np.array([[x, y, 0.0], [x, y, 7.2], [tip_x, tip_y, 7.6]])
    points, depth = camera.project(joints)
    if depth.min() < 3 or depth[0] > 90:
        return None
    (foot_x, foot_y), (top_x, top_y), (end_x, end_y) = (points * SUPERSAMPLING).tolist()
    thick = max(0.8, 0.08 * camera.focal / float(depth[0]) * SUPERSAMPLING)
    grey = (88, 92, 96)
    polygons = [
        ([foot_x - thick, foot_y, foot_x + thick, foot_y, top_x + thick * 0.6, top_y, top_x - thick * 0.6, top_y], grey),
        ([top_x, top_y - thick * 0.5, end_x, end_y - thick * 0.5, end_x, end_y + thick * 0.5, top_x, top_y + thick * 0.5], grey),
    ]  # fmt: skip
    lamp = (end_x / SUPERSAMPLING, end_y / SUPERSAMPLING)
    return Post(polygons, float(depth[0]), lamp, 0.28 * camera.focal / float(depth[2]), (tip_x, tip_y))


def lamp_pools(posts: Sequence[Post], ground: tuple[Array, Array, Array]) -> Array:
    """(H, W) light on the ground under the lamps, about 1 below each."""
    x, y, depth = ground
    light = np.zeros_like(x)
    for post in posts:
        squared = (x - np.float32(post.foot[0])) ** 2 + (y - np.float32(post.foot[1])) ** 2
        light += 1 / (1 + squared * np.float32(1 / 28)) ** 1.5
    return np.where(np.isinf(depth), 0, light).astype(np.float32)
