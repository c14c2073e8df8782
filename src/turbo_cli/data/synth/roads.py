"""Roads as arcs, the lanes, pavements and crossings on them, and the signals that they obey."""

from dataclasses import dataclass, replace
from math import cos, pi, sin

import numpy as np

from turbo_cli.data.synth.camera import Array, Camera

MAIN, CROSS = 0, 1
APPROACH = 25.0
"""Metres before a stop line at which vehicles arrive at the latest, so that they can brake."""


@dataclass(frozen=True)
class Arc:
    """A road's centre line: through (x, y) at `heading` (radians from the x axis), bending by `curvature`.

    Along it a place is (s, lateral): metres ahead of that point, metres to the left of the line.
    """

    x: float
    y: float
    heading: float
    curvature: float

    @property
    def centre(self) -> tuple[float, float]:
        """The circle's centre."""
        radius = 1 / self.curvature
        return self.x - sin(self.heading) * radius, self.y + cos(self.heading) * radius

    def pose(self, s: float, lateral: float) -> tuple[float, float, float]:
        """x, y and heading at a place."""
        heading = self.heading + self.curvature * s
        radius = 1 / self.curvature - lateral
        centre_x, centre_y = self.centre
        return centre_x + sin(heading) * radius, centre_y - cos(heading) * radius, heading

    def points(self, s: Array, lateral: float) -> Array:
        """(N, 2) x and y of places."""
        heading = self.heading + self.curvature * s
        radius = 1 / self.curvature - lateral
        return np.stack([np.sin(heading), -np.cos(heading)], axis=-1) * radius + self.centre

    def places(self, x: Array, y: Array) -> tuple[Array, Array]:
        """(s, lateral) of every point."""
        centre_x, centre_y = self.centre
        sign = np.float32(np.sign(self.curvature))
        across, along = (x - np.float32(centre_x)) * -sign, (y - np.float32(centre_y)) * -sign
        lateral = np.float32(1 / self.curvature) - sign * np.hypot(across, along)
        turned = np.arctan2(-across, along) - np.float32(self.heading)
        s = ((turned + pi) % (2 * pi) - pi) / self.curvature
        return s, lateral


@dataclass(frozen=True)
class Road:
    """lanes: (lateral of the middle, +1 with the arc's direction or −1 against it). Lengths in metres."""

    arc: Arc
    lanes: tuple[tuple[float, int], ...]
    lane_width: float
    median: float
    pavement: float
    parking: float

    @property
    def half_width(self) -> float:
        """From the centre line to the kerb."""
        return max(abs(lateral) for lateral, _ in self.lanes) + self.lane_width / 2 + 0.3 + self.parking

    @property
    def one_way(self) -> bool:
        """Whether all lanes run the same way."""
        return len({direction for _, direction in self.lanes}) == 1


@dataclass(frozen=True)
class Path:
    """What a road user follows, from `start` to `end` (metres along the arc, end < start if reversed).

    stop: where it waits while `group` has no green. speed: metres a second that most keep to.
    """

    arc: Arc
    lateral: float
    start: float
    end: float
    users: str
    speed: float
    stop: float | None = None
    group: int = MAIN

    @property
    def direction(self) -> int:
        """+1 along the arc, −1 against it."""
        return 1 if self.end > self.start else -1

    @property
    def length(self) -> float:
        """Metres."""
        return abs(self.end - self.start)

    @property
    def stop_distance(self) -> float | None:
        """Metres from the start to the stop line."""
        return None if self.stop is None else (self.stop - self.start) * self.direction

    def pose(self, distance: float, offset: float = 0.0) -> tuple[float, float, float]:
        """x, y, heading after `distance` metres, `offset` metres to the arc's left of the path."""
        x, y, heading = self.arc.pose(self.start + self.direction * distance, self.lateral + offset)
        return x, y, heading if self.direction == 1 else heading + pi


@dataclass(frozen=True)
class Signal:
    """Green for one group, all red, green for the other, all red; seconds."""

    main_green: float
    cross_green: float
    clearance: float
    offset: float

    def green(self, group: int, time: float) -> bool:
        """Whether the group may go."""
        cycle = self.main_green + self.cross_green + 2 * self.clearance
        moment = (time + self.offset) % cycle
        if group == MAIN:
            return moment < self.main_green
        begin = self.main_green + self.clearance
        return begin <= moment < begin + self.cross_green


@dataclass(frozen=True)
class Layout:
    """All roads of a scene, the main one first.

    crossing, junction: where along the main road people cross and the second road does, if anywhere.
    """

    roads: tuple[Road, ...]
    signal: Signal | None
    crossing: float | None
    junction: float | None = None
    paths: tuple[Path, ...] = ()


def random_layout(camera: Camera, rng: np.random.Generator) -> Layout:
    """A main road through the picture; half of the scenes have a junction, others a signalled crossing."""
    main = _random_road(_main_arc(camera, rng), rng, most_lanes=3)
    signal = Signal(rng.uniform(7, 13), rng.uniform(5, 9), rng.uniform(2.2, 3), rng.uniform(0, 30))
    kind = rng.choice(["plain", "crossing", "junction"], p=[0.3, 0.25, 0.45])
    if kind == "plain":
        return _with_paths(Layout((main,), None, None), camera, rng)
    if kind == "crossing":
        return _with_paths(Layout((main,), signal, float(rng.uniform(-4, 8))), camera, rng)
    junction = float(rng.uniform(-2, 10))
    x, y, heading = main.arc.pose(junction, 0)
    arc = Arc(x, y, heading + pi / 2 + rng.uniform(-0.3, 0.3), _random_curvature(rng))
    cross = _random_road(arc, rng, most_lanes=2)
    crossing = junction - cross.half_width - rng.uniform(3, 4)
    return _with_paths(Layout((main, cross), signal, crossing, junction), camera, rng)


def _main_arc(camera: Camera, rng: np.random.Generator) -> Arc:
    u, v = camera.width * rng.uniform(0.3, 0.7), camera.height * rng.uniform(0.52, 0.72)
    x, y = camera.ground_at(u, v)
    tilt = rng.uniform(-1.5, 1.5) if rng.random() < 0.3 else rng.normal(0, 0.55)
    return Arc(x, y, pi / 2 + float(np.clip(tilt, -1.5, 1.5)), _random_curvature(rng))


def _random_curvature(rng: np.random.Generator) -> float:
    strength = 0.0007 if rng.random() < 0.5 else rng.uniform(0.002, 0.009)
    return float(strength * rng.choice([-1, 1]))


def _random_road(arc: Arc, rng: np.random.Generator, most_lanes: int) -> Road:
    width = float(rng.uniform(3.1, 3.6))
    drive_right = -1 if rng.random() < 0.7 else 1
    median = float(rng.uniform(1, 2.5)) if rng.random() < 0.25 else 0.0
    counts = rng.integers(1, most_lanes + 1, 2)
    if rng.random() < 0.2:
        total = max(2, int(counts.sum()))
        lanes = [((lane - (total - 1) / 2) * width, 1) for lane in range(total)]
        median = 0.0
    else:
        lanes = [(drive_right * (median / 2 + (lane + 0.5) * width), 1) for lane in range(counts[0])]
        lanes += [(-drive_right * (median / 2 + (lane + 0.5) * width), -1) for lane in range(counts[1])]
    parking = 2.2 if rng.random() < 0.35 else 0.0
    return Road(arc, tuple(lanes), width, median, float(rng.uniform(2, 3.5)), parking)


def _with_paths(layout: Layout, camera: Camera, rng: np.random.Generator) -> Layout:
    paths: list[Path] = []
    for group, road in enumerate(layout.roads):
        paths += _lane_paths(layout, road, group, camera, rng)
        paths += _pavement_paths(layout, road, camera, rng)
        if road.parking and len(layout.roads) == 1:
            paths += _parking_paths(road, camera, layout.crossing)
    if layout.crossing is not None:
        paths += _crossing_paths(layout, layout.crossing, rng)
    return replace(layout, paths=tuple(paths))


def _lane_paths(
    layout: Layout, road: Road, group: int, camera: Camera, rng: np.random.Generator
) -> list[Path]:
    speed = float(rng.uniform(7, 13))
    stops = _stop_lines(layout, group)
    paths = []
    for lateral, direction in road.lanes:
        seen = _visible_stretch(road.arc, lateral, camera, "vehicles", margin=14)
        if seen is not None:
            start, end = seen if direction == 1 else seen[::-1]
            stop = None if stops is None else stops[0 if direction == 1 else 1]
            if stop is not None and 0 <= (stop - start) * direction < APPROACH:
                start = stop - APPROACH * direction
            paths.append(Path(road.arc, lateral, start, end, "vehicles", speed, stop, group))
    return paths


def _stop_lines(layout: Layout, group: int) -> tuple[float, float] | None:
    """Where traffic along and against a road's arc waits."""
    if group == CROSS:
        reach = layout.roads[MAIN].half_width + layout.roads[MAIN].pavement + 1.5
        return -reach, reach
    if layout.crossing is None:
        return None
    if layout.junction is None:
        return layout.crossing - 3, layout.crossing + 3
    reach = layout.roads[CROSS].half_width
    return layout.crossing - 3, layout.junction + reach + 3


def _pavement_paths(layout: Layout, road: Road, camera: Camera, rng: np.random.Generator) -> list[Path]:
    paths = []
    for side in (-1, 1):
        for direction in (-1, 1):
            lateral = side * (road.half_width + road.pavement * rng.uniform(0.3, 0.8))
            seen = _visible_stretch(road.arc, lateral, camera, "people", margin=2)
            # A pavement ends where another road's carriageway begins.
            if seen is None or (len(layout.roads) > 1 and road is layout.roads[CROSS]):
                continue
            if layout.junction is not None:
                gap = layout.roads[CROSS].half_width + 1
                before, after = (seen[0], layout.junction - gap), (layout.junction + gap, seen[1])
                seen = max(before, after, key=lambda stretch: stretch[1] - stretch[0])
            if seen[1] - seen[0] > 4:
                start, end = seen if direction == 1 else seen[::-1]
                paths.append(Path(road.arc, lateral, start, end, "people", 1.35))
    return paths


def _parking_paths(road: Road, camera: Camera, crossing: float | None) -> list[Path]:
    paths = []
    for side in (-1, 1):
        lateral = side * (road.half_width - road.parking / 2)
        seen = _visible_stretch(road.arc, lateral, camera, "parked", margin=3)
        if seen is None:
            continue
        stretches = [seen] if crossing is None else [(seen[0], crossing - 5), (crossing + 5, seen[1])]
        towards = next((way for middle, way in road.lanes if middle * side > 0), 1)
        for low, high in stretches:
            if high - low > 8:
                start, end = (low, high) if towards == 1 else (high, low)
                paths.append(Path(road.arc, lateral, start, end, "parked", 0.0))
    return paths


def _crossing_paths(layout: Layout, crossing: float, rng: np.random.Generator) -> list[Path]:
    main = layout.roads[MAIN]
    x, y, heading = main.arc.pose(crossing, 0)
    across = Arc(x, y, heading + pi / 2, 1e-3)
    reach = main.half_width + main.pavement
    paths = []
    for direction in (-1, 1):
        start, stop = -direction * reach, -direction * (main.half_width + 0.4)
        lateral = float(rng.uniform(-1.2, 1.2))
        paths.append(Path(across, lateral, start, -start, "people", 1.4, stop, CROSS))
    return paths


def _visible_stretch(
    arc: Arc, lateral: float, camera: Camera, users: str, margin: float
) -> tuple[float, float] | None:
    """From where to where users of a path are in the picture and large enough, and what leads into it."""
    along = np.arange(-140.0, 140.0, 1.0)
    ground = arc.points(along, lateral)
    points, depth = camera.project(np.column_stack([ground, np.full(len(along), 0.7)]))
    reach = camera.reach(users)
    inside = (depth > 1) & (depth < reach)
    inside &= np.all((points > -4) & (points < np.array([camera.width, camera.height]) + 4), axis=1)
    if not inside.any():
        return None
    nearest = int(np.flatnonzero(inside)[np.abs(along[inside]).argmin()])
    outside = np.flatnonzero(~inside)
    low = int(max(outside[outside < nearest], default=-1)) + 1
    high = int(min(outside[outside > nearest], default=len(along))) - 1
    # Traffic drives into the picture from beyond its edge; far away it just appears.
    before, after = (margin if depth[end] < reach - 3 else 0.0 for end in (low, high))
    return float(along[low]) - before, float(along[high]) + after
