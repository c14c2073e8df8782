"""One camera's fixed scene: viewpoint, roads, surroundings, light."""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from turbo_cli.data.synth.camera import Array, Camera, random_camera
from turbo_cli.data.synth.ground import paint_ground
from turbo_cli.data.synth.posts import Post, lamp_pools, random_posts
from turbo_cli.data.synth.roads import Layout, random_layout
from turbo_cli.data.synth.scenery import paint_scenery
from turbo_cli.data.synth.solids import Shade


@dataclass(frozen=True)
class Scene:
    """All that stays the same from frame to frame; pictures are (H, W[, 3]) float32 in grey levels.

    day: the empty street in shadowless daylight. depth: metres. shadows: 0…1 where the sun is blocked.
    windows: light of lit windows. pools: 0…1 and more, light of the street lamps. sun: (3,) direction to it.
    sunny: 0…1. balance: (3,) colour gains of the camera. quality: of its JPEG files.
    """

    camera: Camera
    layout: Layout
    day: Array
    depth: Array
    shadows: Array
    windows: Array
    pools: Array
    posts: list[Post]
    sun: Array
    sunny: float
    balance: Array
    quality: int


def random_scene(size: tuple[int, int], rng: np.random.Generator) -> Scene:
    """A scene of its own, width × height pixels."""
    camera = random_camera(size, rng)
    layout = random_layout(camera, rng)
    azimuth, height = rng.uniform(0, 2 * pi), rng.uniform(0.5, 1.15)
    sun = np.array([cos(azimuth) * cos(height), sin(azimuth) * cos(height), sin(height)])
    sunny = float(rng.uniform(0.4, 1.0)) if rng.random() < 0.65 else 0.0
    ground, depth = paint_ground(layout, camera, rng)
    scenery = paint_scenery(layout, camera, shade_under(sun, sunny), ground, rng)
    shadows = np.zeros(depth.shape, np.float32)
    if sunny:
        blocks = [(plot.length, plot.width, plot.height, plot.pose) for plot in scenery.plots]
        shadows = shadow_mask(blocks, camera, sun)
    posts = random_posts(layout, camera, rng)
    pools = lamp_pools(posts, camera.ground())
    balance = (rng.uniform(0.86, 1.1) * (1 + rng.normal(0, 0.025, 3))).astype(np.float32)
    return Scene(
        camera=camera,
        layout=layout,
        day=scenery.day,
        depth=depth,
        shadows=shadows,
        windows=scenery.windows,
        pools=pools,
        posts=posts,
        sun=sun,
        sunny=sunny,
        balance=balance,
        quality=int(rng.integers(72, 94)),
    )


def shade_under(sun: Array, strength: float) -> Shade:
    """How faces are lit under a sun of that strength (0: an overcast sky)."""
    return Shade(sun, 0.5 * strength, 1.0 - 0.22 * strength, 0.55 - 0.1 * strength)


Block = tuple[float, float, float, tuple[float, float, float]]
"""Length, width, height in metres and pose of what throws a shadow."""


def shadow_mask(blocks: list[Block], camera: Camera, sun: Array | None) -> Array:
    """(H, W) float32 in 0…1: where blocks keep the light off the ground; only right below without a sun."""
    image = Image.new("L", (camera.width, camera.height))
    draw = ImageDraw.Draw(image)
    for length, width, height, pose in blocks:
        for corners in _shadow_faces(length, width, height, pose, sun):
            points, depth = camera.project(corners)
            if depth.min() > 0.5:
                draw.polygon(points.ravel().tolist(), fill=255)
    soft = image.filter(ImageFilter.BoxBlur(0.006 * camera.height))
    return np.asarray(soft).astype(np.float32) * np.float32(1 / 255)


def _shadow_faces(
    length: float, width: float, height: float, pose: tuple[float, float, float], sun: Array | None
) -> list[Array]:
    x, y, heading = pose
    ahead = np.array([cos(heading), sin(heading), 0.0]) * length / 2
    left = np.array([-sin(heading), cos(heading), 0.0]) * width / 2
    middle = np.array([x, y, 0.0])
    foot = np.array(
        [middle + ahead + left, middle + ahead - left, middle - ahead - left, middle - ahead + left]
    )
    if sun is None:
        return [middle + (foot - middle) * 1.04]
    top = foot - np.array([sun[0], sun[1], 0.0]) * (height / sun[2])
    sides = [np.array([foot[index], foot[index - 1], top[index - 1], top[index]]) for index in range(4)]
    return [foot, top, *sides]
