"""Who is where, frame after frame: arrivals that surge and die down, gaps that are kept, signals obeyed."""

from dataclasses import dataclass, field
from math import pi, sin, sqrt

import numpy as np

from turbo_cli.data.synth.people import Person, random_person
from turbo_cli.data.synth.roads import Layout, Path
from turbo_cli.data.synth.solids import Model
from turbo_cli.data.synth.vehicles import random_vehicle

LONGEST_STEP = 0.2
ACCELERATION, BRAKING, HEADWAY, STANDSTILL = 2.0, 3.0, 1.3, 2.0
KINDS = ("car", "truck", "bus", "motorcycle")


@dataclass
class Mover:
    """One road user: metres along its path, metres a second, sideways offset in metres."""

    body: Model | Person
    path: Path
    distance: float
    speed: float
    wish: float
    offset: float

    @property
    def pose(self) -> tuple[float, float, float]:
        """x, y in metres and heading."""
        return self.path.pose(self.distance, self.offset)


@dataclass(frozen=True)
class Surge:
    """How many arrive a second: a wave between a trickle and the peak."""

    peak: float
    period: float
    phase: float

    def rate(self, time: float) -> float:
        """Arrivals a second."""
        wave = 0.5 + 0.5 * sin(2 * pi * time / self.period + self.phase)
        return self.peak * (0.1 + 0.9 * wave * sqrt(wave))


@dataclass
class _Stream:
    """The movers of one path, the foremost first."""

    path: Path
    surge: Surge
    movers: list[Mover] = field(default_factory=list)


class Traffic:
    """The road users of one scene; `step` moves them on by some seconds."""

    def __init__(self, layout: Layout, rng: np.random.Generator) -> None:
        self.signal = layout.signal
        self.rng = rng
        self.time = 0.0
        self.mix = rng.dirichlet((6.5, 1.6, 1.3, 1.9))
        busy = float(rng.uniform(0.4, 1.1))
        self.streams = [_Stream(path, _random_surge(path, busy, rng)) for path in layout.paths]
        for stream in self.streams:
            self._fill(stream)

    @property
    def movers(self) -> list[Mover]:
        """Everyone there is."""
        return [mover for stream in self.streams for mover in stream.movers]

    def step(self, seconds: float) -> None:
        """Let time pass, in short steps."""
        steps = max(1, round(seconds / LONGEST_STEP + 0.499))
        for _ in range(steps):
            self.time += seconds / steps
            for stream in self.streams:
                self._advance(stream, seconds / steps)

    def _fill(self, stream: _Stream) -> None:
        """Start in the midst of it: as many on the path as had arrived and not yet left."""
        path = stream.path
        if path.users == "parked":
            self._park(stream)
            return
        rate = stream.surge.rate(0.0)
        place = path.length - self.rng.exponential(path.speed / rate) * 0.7
        while place > 0:
            mover = self._arrival(path)
            mover.distance = place
            if self._clear_of_junction(mover):
                stream.movers.append(mover)
            gap = mover.body.length + STANDSTILL if path.users == "vehicles" else 0.5
            place -= gap + self.rng.exponential(path.speed / rate)

    def _clear_of_junction(self, mover: Mover) -> bool:
        """Nobody starts beyond a stop line that shows red."""
        stop = mover.path.stop_distance
        if stop is None or self.signal is None or self.signal.green(mover.path.group, self.time):
            return True
        return mover.distance < stop - mover.body.length

    def _park(self, stream: _Stream) -> None:
        place = stream.path.length - self.rng.uniform(0, 6)
        while place > 4:
            body = random_vehicle("car", self.rng)
            if self.rng.random() < 0.5:
                stream.movers.append(
                    Mover(body, stream.path, place, 0.0, 0.0, float(self.rng.normal(0, 0.1)))
                )
            place -= body.length + self.rng.uniform(0.8, 2)

    def _arrival(self, path: Path) -> Mover:
        if path.users == "people":
            speed = path.speed * self.rng.uniform(0.75, 1.25)
            return Mover(random_person(self.rng), path, 0.0, speed, speed, float(self.rng.normal(0, 0.35)))
        kind = KINDS[self.rng.choice(len(KINDS), p=self.mix)]
        wish = path.speed * self.rng.uniform(0.85, 1.15)
        offset = self.rng.normal(0, 0.45 if kind == "motorcycle" else 0.15)
        body = random_vehicle(kind, self.rng)
        return Mover(body, path, -body.length / 2, path.speed, wish, float(offset))

    def _advance(self, stream: _Stream, seconds: float) -> None:
        path = stream.path
        if path.users == "parked":
            return
        red = self.signal is not None and not self.signal.green(path.group, self.time)
        stop = path.stop_distance if red else None
        move = _walk if path.users == "people" else _drive
        ahead: Mover | None = None
        for mover in stream.movers:
            move(mover, ahead, stop, seconds)
            ahead = mover
        stream.movers = [m for m in stream.movers if m.distance < path.length + m.body.length / 2]
        if self.rng.random() < stream.surge.rate(self.time) * seconds:
            last = stream.movers[-1] if stream.movers else None
            mover = self._arrival(path)
            room = (
                float("inf") if last is None else last.distance - (last.body.length + mover.body.length) / 2
            )
            if path.users == "people" or room > STANDSTILL + 2 - mover.body.length / 2:
                mover.speed = mover.speed if last is None else min(mover.speed, last.speed + 0.25 * room)
                stream.movers.append(mover)


def _random_surge(path: Path, busy: float, rng: np.random.Generator) -> Surge:
    peak = rng.uniform(0.25, 0.7) * busy if path.users == "vehicles" else rng.uniform(0.01, 0.08)
    return Surge(float(peak), float(rng.uniform(15, 50)), float(rng.uniform(0, 2 * pi)))


def _walk(mover: Mover, _: Mover | None, stop: float | None, seconds: float) -> None:
    """People pass each other; they wait only at a kerb."""
    waits = stop is not None and 0 <= stop - mover.distance < mover.wish * seconds + 0.3
    mover.speed = 0.0 if waits else mover.wish
    mover.distance += mover.speed * seconds


def _drive(mover: Mover, ahead: Mover | None, stop: float | None, seconds: float) -> None:
    """The intelligent driver model (Treiber, Hennecke, Helbing 2000); a red light is a standing car."""
    gap, closing = float("inf"), 0.0
    if ahead is not None:
        gap = ahead.distance - mover.distance - (ahead.body.length + mover.body.length) / 2
        closing = mover.speed - ahead.speed
    if stop is not None:
        to_line = stop - mover.distance - mover.body.length / 2
        braking_distance = mover.speed**2 / (2 * 5.0)
        if to_line > -0.5 and to_line > braking_distance - 1 and to_line + STANDSTILL < gap:
            gap, closing = to_line + STANDSTILL, mover.speed
    room = STANDSTILL + max(
        0.0, HEADWAY * mover.speed + mover.speed * closing / (2 * sqrt(ACCELERATION * BRAKING))
    )
    free = 1 - (mover.speed / mover.wish) ** 4
    push = ACCELERATION * (free - (room / max(gap, 0.1)) ** 2)
    mover.speed = max(0.0, mover.speed + max(push, -8.0) * seconds)
    mover.distance += mover.speed * seconds
