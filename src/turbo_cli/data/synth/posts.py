"""Street lamps: the one thing that may stand before traffic, and what lights the road at night."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from turbo_cli.data.synth.buildings import stands_free
from turbo_cli.data.synth.camera import Array, Camera
from turbo_cli.data.synth.roads import Layout, Road

POLE = 7.2
GREY = (88, 92, 96)


@dataclass(frozen=True)
class Post:
    """polygons: flat x, y lists in pixels. depth: metres. lamp, lamp_radius: pixels. light: spot below."""

    polygons: tuple[list[float], list[float]]
    depth: float
    lamp: tuple[float, float]
    lamp_radius: float
    light: tuple[float, float]


def random_posts(layout: Layout, camera: Camera, rng: np.random.Generator) -> list[Post]:
    """A row along one side of the main road."""
    road = layout.roads[0]
    side, spacing = float(rng.choice([-1, 1])), float(rng.uniform(14, 24))
    places = np.arange(-60 + rng.uniform(0, spacing), 110, spacing).tolist()
    found = [_post(layout, road, s, side, camera) for s in places]
    return [post for post in found if post is not None]


def _post(layout: Layout, road: Road, s: float, side: float, camera: Camera) -> Post | None:
    x, y, heading = road.arc.pose(s, side * (road.half_width + 0.5))
    tip_x, tip_y, _ = road.arc.pose(s, side * (road.half_width - 1.4))
    joints = np.array([[x, y, 0.0], [x, y, POLE], [tip_x, tip_y, POLE + 0.4]])
    points, depth = camera.project(joints)
    if depth.min() < 7 or depth[0] > 90 or not stands_free(layout, (x, y, heading), 0.5):
        return None
    (foot_x, foot_y), (top_x, top_y), (end_x, end_y) = points.tolist()
    thick = max(0.4, 0.08 * camera.focal / float(depth[0]))
    thin = thick * 0.6
    pole = [foot_x - thick, foot_y, foot_x + thick, foot_y, top_x + thin, top_y, top_x - thin, top_y]
    arm = [top_x, top_y - thin, end_x, end_y - thin, end_x, end_y + thin, top_x, top_y + thin]
    radius = 0.28 * camera.focal / float(depth[2])
    return Post((pole, arm), float(depth[0]), (end_x, end_y), radius, (tip_x, tip_y))


def lamp_pools(posts: Sequence[Post], ground: tuple[Array, Array, Array]) -> Array:
    """(H, W) light on the ground under the lamps, about 1 below each; `ground` as from `Camera.ground`."""
    x, y, depth = ground
    light = np.zeros_like(x)
    for post in posts:
        squared = (x - np.float32(post.light[0])) ** 2 + (y - np.float32(post.light[1])) ** 2
        nearness = 1 / (1 + squared * np.float32(1 / 28))
        light += nearness * np.sqrt(nearness)
    return np.where(np.isinf(depth), np.float32(0), light)
