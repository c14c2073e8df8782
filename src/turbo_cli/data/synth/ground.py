"""The ground of a scene, shaded pixel by pixel in road coordinates, and the sky above it."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter

from turbo_cli.data.synth.camera import Array, Camera
from turbo_cli.data.synth.roads import Layout, Road

TILE = 256
WHITE = np.array([214, 212, 204], np.float32)
YELLOW = np.array([206, 168, 66], np.float32)
SOILS = np.array(
    [[86, 112, 58], [112, 116, 64], [70, 96, 60], [128, 116, 84], [140, 136, 128], [120, 120, 124]],
    np.float32,
)


@lru_cache(maxsize=1)
def _grain() -> tuple[Array, Array]:
    """Two tiles of noise, fine and blotchy, mean 0 and deviation 1; the same ones for every scene."""
    rng = np.random.default_rng(7)
    fine = gaussian_filter(rng.standard_normal((TILE, TILE)), 0.7, mode="wrap")
    coarse = gaussian_filter(rng.standard_normal((TILE, TILE)), 9, mode="wrap")
    coarse += 0.3 * gaussian_filter(rng.standard_normal((TILE, TILE)), 3, mode="wrap")
    return (fine / fine.std()).astype(np.float32), (coarse / coarse.std()).astype(np.float32)


def _texture(tile: Array, x: Array, y: Array, metres: float) -> Array:
    """The tile laid over the ground, one of its cells `metres` wide."""
    column = np.floor(x * (1 / metres)).astype(np.int32) & (TILE - 1)
    row = np.floor(y * (1 / metres)).astype(np.int32) & (TILE - 1)
    laid: Array = tile[row, column]
    return laid


class _Canvas:
    """The ground's colours, painted layer by layer with a coverage between 0 and 1."""

    def __init__(self, camera: Camera) -> None:
        self.x, self.y, self.depth = camera.ground()
        self.colour = np.zeros((*self.x.shape, 3), np.float32)
        fine, coarse = _grain()
        # Grain is smaller than a pixel far away: it fades there instead of flickering.
        near = np.clip(camera.focal / np.minimum(self.depth, 1e4) * 0.04, 0, 1)
        self.fine = _texture(fine, self.x, self.y, 0.09) * near
        self.coarse = _texture(coarse, self.x, self.y, 0.35)

    def paint(self, colour: Array, coverage: Array) -> None:
        """Lay a colour, (3,) or (H, W, 3), over what is there."""
        self.colour += (colour - self.colour) * coverage[..., None]

    def shade(self, amount: Array) -> None:
        """Lighten or darken by a share."""
        self.colour *= (1 + amount)[..., None]


def _pitch(values: Array) -> Array:
    """How much a coordinate changes from pixel to pixel."""
    change = np.abs(np.diff(values, axis=0, prepend=values[:1] - 1e-3))
    change = np.maximum(change, np.abs(np.diff(values, axis=1, prepend=values[:, :1])))
    return np.clip(change, 1e-3, 50)


def _stripe(offset: Array, half_width: float, pitch: Array) -> Array:
    """How much of each pixel a stripe covers whose middle is `offset` away."""
    covered = np.clip((half_width - np.abs(offset)) / pitch + 0.5, 0, 1)
    stripe: Array = covered * np.minimum(1, 2 * half_width / pitch)
    return stripe


def paint_ground(layout: Layout, camera: Camera, rng: np.random.Generator) -> tuple[Array, Array]:
    """(H, W, 3) float32 colours in daylight, sky included, and (H, W) float32 depth in metres."""
    canvas = _Canvas(camera)
    _paint_soil(canvas, rng)
    places = [_places(road, canvas) for road in layout.roads]
    pavement = _tone(rng, 150, 186)
    for road, (_, lateral, _, across) in zip(layout.roads, places, strict=True):
        edge = road.half_width + road.pavement
        canvas.paint(pavement, _stripe(lateral, edge, across))
        joints = _stripe((lateral % 1.0) - 0.5, 0.04, across) * 0.25
        canvas.shade(-joints * _stripe(lateral, edge, across))
    for road, (_, lateral, _, across) in zip(layout.roads, places, strict=True):
        canvas.paint(pavement * 1.12, _stripe(lateral, road.half_width + 0.15, across))
        canvas.paint(_tone(rng, 70, 118), _stripe(lateral, road.half_width, across))
    for index, road in enumerate(layout.roads):
        _mark(canvas, layout, index, road, places, rng)
    canvas.shade(canvas.fine * 0.045 + canvas.coarse * 0.04)
    _paint_sky(canvas, rng)
    return np.clip(canvas.colour, 0, 255), canvas.depth


def _places(road: Road, canvas: _Canvas) -> tuple[Array, Array, Array, Array]:
    """s, lateral and their pixel pitches."""
    s, lateral = road.arc.places(canvas.x, canvas.y)
    return s, lateral, _pitch(s), _pitch(lateral)


def _tone(rng: np.random.Generator, low: float, high: float) -> Array:
    """A grey with a slight tint."""
    return (rng.uniform(low, high) + rng.normal(0, 2, 3)).astype(np.float32)


def _paint_soil(canvas: _Canvas, rng: np.random.Generator) -> None:
    colour = SOILS[rng.integers(len(SOILS))] + rng.normal(0, 6, 3).astype(np.float32)
    canvas.paint(colour, np.ones_like(canvas.x))
    canvas.shade(canvas.coarse * 0.1 + canvas.fine * 0.06)


def _mark(
    canvas: _Canvas,
    layout: Layout,
    index: int,
    road: Road,
    places: list[tuple[Array, Array, Array, Array]],
    rng: np.random.Generator,
) -> None:
    """Wheel tracks, lane lines, edge lines, stop lines and zebra crossings; none inside a junction."""
    s, lateral, along, across = places[index]
    outside = np.ones_like(s)
    for other in range(len(layout.roads)):
        if other != index:
            _, other_lateral, _, other_across = places[other]
            limit = layout.roads[other].half_width + (4.8 if index == 0 else 1.0)
            outside = outside * (1 - _stripe(other_lateral, limit, other_across))
    for middle, _ in road.lanes:
        track = _stripe(np.abs(lateral - middle) - 0.8, 0.35, across)
        canvas.shade(-0.07 * track)
        canvas.shade(-0.05 * _stripe(lateral - middle, 0.2, across))
    paint = outside * np.clip(0.78 + canvas.coarse * 0.16, 0.2, 0.95)
    _mark_lanes(canvas, road, s, lateral, along, across, paint, rng)
    if index == 0 and layout.crossing is not None:
        _mark_crossing(canvas, layout.crossing, road, s, lateral, along, across)


def _mark_lanes(
    canvas: _Canvas,
    road: Road,
    s: Array,
    lateral: Array,
    along: Array,
    across: Array,
    paint: Array,
    rng: np.random.Generator,
) -> None:
    dash, period = rng.uniform(2, 4), rng.uniform(7, 11)
    dashes = _stripe(s % period - period / 2, dash / 2, along)
    middles = sorted(middle for middle, _ in road.lanes)
    for left, right in pairwise(middles):
        if right - left < road.lane_width * 1.2 and (left * right > 0 or road.one_way):
            canvas.paint(WHITE, _stripe(lateral - (left + right) / 2, 0.07, across) * dashes * paint)
    edge = road.lane_width / 2
    for limit in (middles[0] - edge, middles[-1] + edge):
        canvas.paint(WHITE, _stripe(lateral - limit, 0.07, across) * paint)
    if road.one_way:
        return
    if road.median:
        canvas.paint(np.array([126, 128, 112], np.float32), _stripe(lateral, road.median / 2 - 0.1, across))
    else:
        colour = YELLOW if rng.random() < 0.4 else WHITE
        double = 0.14 if rng.random() < 0.5 else 0.0
        canvas.paint(colour, _stripe(np.abs(lateral) - double, 0.07, across) * paint)


def _mark_crossing(
    canvas: _Canvas, crossing: float, road: Road, s: Array, lateral: Array, along: Array, across: Array
) -> None:
    bars = _stripe((lateral % 1.0) - 0.5, 0.26, across)
    on_road = _stripe(lateral, road.half_width - 0.2, across)
    canvas.paint(WHITE, 0.85 * bars * _stripe(s - crossing, 1.6, along) * on_road)
    for middle, direction in road.lanes:
        lane = _stripe(lateral - middle, road.lane_width / 2 - 0.15, across)
        canvas.paint(WHITE, 0.85 * lane * _stripe(s - crossing + direction * 2.6, 0.2, along))


def _paint_sky(canvas: _Canvas, rng: np.random.Generator) -> None:
    """A gradient with clouds, and haze that takes the ground over towards the horizon."""
    blue = rng.uniform(0, 1)
    zenith = np.array([110, 150, 205], np.float32) * blue + np.array([182, 188, 196], np.float32) * (1 - blue)
    low = np.array([206, 214, 222], np.float32) * rng.uniform(0.9, 1.05)
    height, width = canvas.x.shape
    up = np.linspace(1, 0, height, dtype=np.float32)[:, None] ** 0.5
    sky = low + (zenith - low) * np.broadcast_to(up, (height, width))[..., None]
    _, coarse = _grain()
    rows = (np.arange(height) * 3)[:, None] % TILE
    columns = (np.arange(width) + int(rng.integers(TILE)))[None] % TILE
    sky = sky + np.clip(coarse[rows, columns], 0, 2)[..., None] * 10
    far = np.isinf(canvas.depth)
    veil = np.where(far, 1, 1 - np.exp(-np.where(far, 0, canvas.depth) / 900)).astype(np.float32)
    canvas.paint(sky, veil)
