"""What stands beside the roads, painted once per scene; nothing solid stands between camera and traffic."""

from dataclasses import dataclass
from math import hypot

import numpy as np
from PIL import Image, ImageDraw

from turbo_cli.data.synth.buildings import Plot, random_building, random_plots, stands_free
from turbo_cli.data.synth.camera import Array, Camera
from turbo_cli.data.synth.roads import Layout
from turbo_cli.data.synth.solids import Model, Shade, picture_of, rotation

SUPERSAMPLING = 2
"""Everything with edges is drawn this many times larger and averaged down."""

OWN_LIGHT = Shade(np.array([0.0, 0.0, 1.0]), 0.0, 1.0, 1.0)
AIR = np.array([200.0, 208.0, 216.0])


@dataclass(frozen=True)
class Scenery:
    """day: (H, W, 3) float32, the empty street by day. windows: (H, W, 3), the light of lit windows.

    plots: the room taken by what throws shadows.
    """

    day: Array
    windows: Array
    plots: list[Plot]


def paint_scenery(
    layout: Layout, camera: Camera, shade: Shade, ground: Array, rng: np.random.Generator
) -> Scenery:
    """Put skyline, buildings and trees onto the (H, W, 3) picture of the ground, far ones first."""
    size = (camera.width * SUPERSAMPLING, camera.height * SUPERSAMPLING)
    day = Image.fromarray(ground.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    dark = Image.new("RGB", size)
    _paint_skyline(day, camera, rng)
    traffic = _traffic_points(layout, camera)
    houses = [(plot, True) for plot in random_plots(layout, rng)]
    trees = [(plot, False) for plot in _random_trees(layout, rng)]
    things = [thing for thing in houses + trees if _in_view_and_clear(thing[0], camera, traffic)]
    things.sort(key=lambda thing: -hypot(*thing[0].pose[:2]))
    for plot, house in things:
        if house:
            model, lit = random_building(plot, rng)
            _draw(day, model, plot, camera, shade, AIR)
            _draw(dark, lit, plot, camera, OWN_LIGHT, np.zeros(3))
        else:
            _draw_tree(day, dark, plot, camera, shade, rng)
    return Scenery(_reduced(day), _reduced(dark), [plot for plot, _ in things])


def _reduced(image: Image.Image) -> Array:
    return np.asarray(image.reduce(SUPERSAMPLING), np.float32)


def _draw(image: Image.Image, model: Model, plot: Plot, camera: Camera, shade: Shade, air: Array) -> None:
    kept = float(np.exp(-hypot(*plot.pose[:2]) / 900))
    picture = picture_of(model, plot.pose, camera, SUPERSAMPLING, shade, (kept, air))
    if picture is not None:
        draw = ImageDraw.Draw(image)
        for polygon, colour, _ in picture.polygons:
            draw.polygon(polygon, fill=colour)


def _traffic_points(layout: Layout, camera: Camera) -> tuple[Array, Array]:
    """Where traffic can be seen, from the ground to its top: (N, 2) pixels and (N,) depths."""
    places = [np.zeros((0, 3))]
    for path in layout.paths:
        low, high = sorted((path.start, path.end))
        ground = path.arc.points(np.arange(low, high, 2.0), path.lateral)
        heights = (0.0, 1.8 if path.users == "people" else 3.2)
        places += [np.column_stack([ground, np.full(len(ground), height)]) for height in heights]
    return camera.project(np.concatenate(places))


def _in_view_and_clear(plot: Plot, camera: Camera, traffic: tuple[Array, Array]) -> bool:
    """Whether a thing is in the picture and stands before no place where traffic is seen."""
    x, y = plot.length / 2, plot.width / 2
    feet = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]])
    corners = np.concatenate([feet, feet + np.array([0, 0, plot.height])]) @ rotation(plot.pose[2]).T
    points, depth = camera.project(corners + np.array([plot.pose[0], plot.pose[1], 0]))
    low, high = points.min(axis=0), points.max(axis=0)
    if depth.min() < 1 or high.min() < 0 or low[0] > camera.width or low[1] > camera.height:
        return False
    pixels, depths = traffic
    behind = np.all((pixels > low - 2) & (pixels < high + 2), axis=1) & (depths > depth.min())
    return not behind.any()


def _random_trees(layout: Layout, rng: np.random.Generator) -> list[Plot]:
    road, density = layout.roads[0], rng.uniform(0.1, 0.9)
    plots = []
    for side in (-1, 1):
        for s in np.arange(-15, 90, 5.5).tolist():
            lateral = side * (road.half_width + road.pavement + rng.uniform(0.5, 9))
            x, y, heading = road.arc.pose(s + float(rng.normal(0, 1)), float(lateral))
            height = float(rng.uniform(3.5, 8))
            if rng.random() < density and stands_free(layout, (x, y, heading), 1.5):
                plots.append(Plot(height / 2, height / 2, height, (x, y, heading)))
    return plots


def _draw_tree(
    day: Image.Image, dark: Image.Image, plot: Plot, camera: Camera, shade: Shade, rng: np.random.Generator
) -> None:
    """A trunk under a crown of leaves: blobs, dark below and inside, light above."""
    (x, y, _), height = plot.pose, plot.height
    points, depth = camera.project(np.array([[x, y, 0.0], [x, y, height * 0.55], [x, y, height * 0.66]]))
    size = height * camera.focal / float(depth[0]) * SUPERSAMPLING
    (foot_x, foot_y), (fork_x, fork_y), (crown_x, crown_y) = (points * SUPERSAMPLING).tolist()
    draw, shadow = ImageDraw.Draw(day), ImageDraw.Draw(dark)
    thick, thin = 0.03 * size, 0.018 * size
    trunk = [foot_x - thick, foot_y, foot_x + thick, foot_y, fork_x + thin, fork_y, fork_x - thin, fork_y]
    draw.polygon(trunk, fill=(74, 60, 48))
    green = np.array([66, 92, 48]) * rng.uniform(0.75, 1.15) + rng.normal(0, 7, 3)
    for layer in (0, 1, 2):
        light = (0.55 + 0.28 * layer) * (0.75 + 0.3 * shade.strength)
        tones = np.clip(green * light * rng.uniform(0.85, 1.15, (11, 1)), 0, 255).astype(int).tolist()
        xs = crown_x + rng.normal(0, 0.125, 11) * size
        ys = crown_y + (rng.normal(0, 0.1, 11) - 0.05 * layer) * size
        radii = size * rng.uniform(0.05, 0.12, 11) * (1.25 - 0.25 * layer)
        for u, v, radius, tone in zip(xs.tolist(), ys.tolist(), radii.tolist(), tones, strict=True):
            box = [u - radius, v - radius, u + radius, v + radius]
            draw.ellipse(box, fill=tuple(tone))
            shadow.ellipse(box, fill=(0, 0, 0))


def _paint_skyline(image: Image.Image, camera: Camera, rng: np.random.Generator) -> None:
    """Distant houses or tree tops along the horizon, pale with distance."""
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
        red, green, blue = (132, 150, 138) if leafy else (160, 166, 176)
        fill = (int(red * tone), int(green * tone), int(blue * tone))
        if leafy:
            draw.ellipse([x - wide, y - high, x + wide, y + high * 1.2], fill=fill)
        else:
            draw.rectangle([x, y - high, x + wide, y + image.height * 0.01], fill=fill)
        x += wide * rng.uniform(0.5, 1.1)
