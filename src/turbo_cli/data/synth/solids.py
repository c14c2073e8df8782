"""Solid bodies made of flat faces: how a model is put together, and how it lies in a camera's picture.

Body axes: x ahead, y to the left, z up, metres; the origin is on the ground under the middle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from turbo_cli.data.synth.camera import Array, Camera

Colour = tuple[float, float, float]
Point = tuple[float, float, float]

GLASS: Colour = (38, 48, 58)
TYRE: Colour = (22, 22, 24)
RIM: Colour = (130, 132, 136)
DARK: Colour = (28, 28, 30)


@dataclass(frozen=True)
class Lamp:
    """A light on a body: where, which way it shines (+1 ahead, −1 behind), colour, radius (metres)."""

    at: Point
    towards: int
    colour: Colour
    radius: float


@dataclass(frozen=True)
class Model:
    """A body as arrays, for a fast picture of it.

    vertices: (V, 3). spans: each face's first and past-the-last vertex. parents: (F,) the side that a face
    lies on (itself if bare). normals, anchors, colours: (F, 3). part_centres: (F, 3), of its convex part.
    outline: (F,) whether it belongs to the silhouette. detail: (F,) whether it may be left out far away.
    """

    category: str
    length: float
    width: float
    height: float
    vertices: Array
    spans: tuple[tuple[int, int], ...]
    parents: NDArray[np.int64]
    normals: Array
    anchors: Array
    colours: Array
    part_centres: Array
    outline: tuple[bool, ...]
    detail: tuple[bool, ...]
    lamps: tuple[Lamp, ...]


@dataclass
class Builder:
    """Collects faces, part by part."""

    points: list[Point] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    normals: list[Array] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    outline: list[bool] = field(default_factory=list)
    detail: list[bool] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)
    centre: Point = (0, 0, 0)
    part_centres: list[Point] = field(default_factory=list)

    def part(self, centre: Point) -> None:
        """Begin a convex part around `centre`; its faces look away from it."""
        self.centre = centre
        self.part_centres.append(centre)

    def side(self, corners: Sequence[Point], colour: Colour) -> int:
        """A bare side of the current part; returns its number, for details on it."""
        outward = _normal(corners)
        if outward @ (np.mean(corners, axis=0) - self.centre) < 0:
            outward = -outward
        number = len(self.spans)
        self._add(corners, colour, number, outward, outline=True, detail=False)
        return number

    def on(
        self, side: int, corners: Sequence[Point], colour: Colour, outline: bool = False, detail: bool = True
    ) -> None:
        """Paint on a side: a window, a lamp, a wheel (which is part of the outline)."""
        self._add(corners, colour, side, self.normals[side], outline, detail)

    def _add(
        self,
        corners: Sequence[Point],
        colour: Colour,
        parent: int,
        normal: Array,
        outline: bool,
        detail: bool,
    ) -> None:
        first = len(self.points)
        self.points += corners
        self.spans.append((first, len(self.points)))
        self.parents.append(parent)
        self.normals.append(normal)
        self.colours.append(colour)
        self.parts.append(len(self.part_centres) - 1)
        self.outline.append(outline)
        self.detail.append(detail)

    def model(self, category: str) -> Model:
        """The finished body."""
        vertices = np.array(self.points)
        extent = np.ptp(vertices, axis=0)
        anchors = np.array([vertices[self.spans[parent][0]] for parent in self.parents])
        return Model(
            category=category,
            length=float(extent[0]),
            width=float(extent[1]),
            height=float(extent[2]),
            vertices=vertices,
            spans=tuple(self.spans),
            parents=np.array(self.parents),
            normals=np.array(self.normals),
            anchors=anchors,
            colours=np.array(self.colours),
            part_centres=np.array(self.part_centres)[self.parts],
            outline=tuple(self.outline),
            detail=tuple(self.detail),
            lamps=tuple(self.lamps),
        )


def _normal(corners: Sequence[Point]) -> Array:
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners[:3]
    px, py, pz, qx, qy, qz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    x, y, z = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    return np.array([x, y, z]) / max(sqrt(x * x + y * y + z * z), 1e-9)


def patch(corners: Sequence[Point], u: tuple[float, float], v: tuple[float, float]) -> list[Point]:
    """A smaller quadrilateral in one of corners a, b, c, d: u runs from a to b, v from a to d."""

    def at(x: float, y: float) -> Point:
        a, b, c, d = (1 - y) * (1 - x), (1 - y) * x, y * x, y * (1 - x)
        e, f, g = (a * p + b * q + c * r + d * s for p, q, r, s in zip(*corners, strict=True))
        return e, f, g

    return [at(u[0], v[0]), at(u[1], v[0]), at(u[1], v[1]), at(u[0], v[1])]


def disc(x: float, y: float, z: float, radius: float, corners: int = 10) -> list[Point]:
    """A wheel's circle in the plane of that y."""
    angles = [2 * pi * step / corners for step in range(corners)]
    return [(x + radius * cos(angle), y, z + radius * sin(angle)) for angle in angles]


@dataclass(frozen=True)
class Picture:
    """A body in a picture. polygons: flat x, y lists, colour, and whether part of the silhouette.

    box: left, top, right, bottom of all of it, beyond the frame too.
    """

    polygons: list[tuple[list[float], tuple[int, int, int], bool]]
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Shade:
    """How faces are lit: towards the sun (3,), its strength, light from the sky and from the ground."""

    sun: Array
    strength: float
    sky: float
    ground: float

    def on(self, normals: Array) -> Array:
        """(F, 3) normals → (F,) factors on the colour."""
        up = normals[:, 2] * 0.5 + 0.5
        direct = np.maximum(normals @ self.sun, 0) * self.strength
        return self.ground + (self.sky - self.ground) * up + direct


def picture_of(
    model: Model,
    pose: tuple[float, float, float],
    camera: Camera,
    scale: float,
    shade: Shade,
    haze: tuple[float, Array],
) -> Picture | None:
    """The visible faces, far ones first, `scale` picture units a pixel; None if behind the camera.

    haze: share of the body's own light that arrives, and the (3,) colour of the air.
    """
    turn = rotation(pose[2])
    place = np.array([pose[0], pose[1], 0.0])
    points, depth = camera.project(model.vertices @ turn.T + place)
    if depth.min() < 0.5:
        return None
    points = points * scale
    low, high = points.min(axis=0), points.max(axis=0)
    from_camera = (camera.position - place) @ turn
    towards = from_camera - model.anchors
    facing = np.einsum("ij,ij->i", model.normals, towards) > 0
    normals = model.normals @ turn.T
    light = shade.on(normals)[:, None] * haze[0]
    colours = np.clip(model.colours * light + haze[1] * (1 - haze[0]), 0, 255).astype(int).tolist()
    fine = high[1] - low[1] > 9 * scale
    flat = points.ravel().tolist()
    polygons = [
        (flat[2 * first : 2 * last], tuple(colours[face]), model.outline[face])
        for face in _far_to_near(model, from_camera)
        if facing[face] and (fine or not model.detail[face])
        for first, last in (model.spans[face],)
    ]
    return Picture(polygons, (low[0], low[1], high[0], high[1]))


def rotation(heading: float) -> Array:
    """(3, 3): body axes to world axes."""
    return np.array([[cos(heading), -sin(heading), 0], [sin(heading), cos(heading), 0], [0, 0, 1]])


def _far_to_near(model: Model, camera: Array) -> Iterable[int]:
    part = np.linalg.norm(model.part_centres - camera, axis=1)
    side = np.linalg.norm(model.anchors - camera, axis=1)
    order: list[int] = np.lexsort((np.arange(len(side)), model.parents, -side, -part)).tolist()
    return order
