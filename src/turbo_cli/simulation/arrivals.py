"""The frames that come to the node, in order of time."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from turbo_cli.artifacts import trace
from turbo_cli.errors import TurboError, nearest
from turbo_cli.scheduling.gains import FloatArray
from turbo_cli.simulation.difficulties import Difficulties

ArrivalKind = Literal["constant", "poisson", "bursty", "diurnal"]

CHUNK = 4096
"""Frames drawn at a time; memory does not grow with their number."""

BURST_FRAMES, BURST_RATES = 64, (0.4, 2.5)
"""Bursty: spells of so many frames on average, at these shares of the mean rate in turn."""

DAY_S, DAY_SWING = 600.0, 0.8
"""Diurnal: a day shortened to so many seconds, in which the rate swings by this share."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One frame of one camera. sent, reason: what the pipeline's filter said.

    difficulty: θ, what the detector will make of it. predicted_difficulty: θ′, what D_f says.
    """

    camera: str
    index: int
    arrived_at_s: float
    difficulty: float
    predicted_difficulty: float
    sent: bool = True
    reason: str = ""


@dataclass(frozen=True, eq=False)
class GeneratedArrivals:
    """So many frames at `fps` from each camera on average, all of them sent; each iteration is the same.

    constant: evenly spaced, cameras in turn. poisson: independent, any camera. bursty: poisson whose rate
    switches between low and high. diurnal: poisson whose rate rises and falls like the traffic of a day.
    """

    kind: ArrivalKind
    frames: int
    cameras: int
    fps: float
    difficulties: Difficulties
    seed: int = 0

    def __post_init__(self) -> None:
        if self.frames < 1 or self.cameras < 1 or not 0 < self.fps < math.inf:
            raise TurboError(
                f"{self.frames} frames of {self.cameras} cameras at {self.fps:g} frames a second",
                "ask for at least one frame and camera, and more than 0 frames a second",
            )

    def __iter__(self) -> Iterator[Arrival]:
        random = np.random.default_rng(self.seed)
        counts = Counter[int]()
        moments = MOMENTS[self.kind](random, self.fps * self.cameras)
        for start in range(0, self.frames, CHUNK):
            size = min(CHUNK, self.frames - start)
            if self.kind == "constant":
                cameras = np.arange(start, start + size) % self.cameras
            else:
                cameras = random.integers(self.cameras, size=size)
            true, predicted = self.difficulties.draw(random, size)
            rows = zip(cameras.tolist(), itertools.islice(moments, size), true, predicted, strict=True)
            for camera, moment, difficulty, guess in rows:
                yield Arrival(f"camera-{camera:03d}", counts[camera], moment, difficulty, guess)
                counts[camera] += 1


@dataclass(frozen=True, eq=False)
class TracedArrivals:
    """The frames of a `trace.csv`; those without a difficulty get a drawn one.

    Raises `TurboError` on the way for a trace that is damaged, out of time order, or has a frame twice.
    """

    path: Path
    difficulties: Difficulties
    seed: int = 0

    def __iter__(self) -> Iterator[Arrival]:
        random = np.random.default_rng(self.seed)
        for row in trace.stream(self.path):
            (drawn,), (guess,) = self.difficulties.draw(random, 1)
            true = drawn if row.difficulty is None else row.difficulty
            if row.predicted_difficulty is not None:
                guess = row.predicted_difficulty
            elif row.difficulty is not None:
                guess = row.difficulty
            yield Arrival(row.camera, row.index, row.arrived_at_s, true, guess, row.sent, row.reason)


def find_kind(name: str) -> ArrivalKind:
    """The kind of this name. Raises `TurboError` if there is none."""
    for kind in MOMENTS:
        if kind == name:
            return kind
    raise TurboError(f"arrivals {name!r}: no such file, and no kind", nearest(name, MOMENTS))


def _constant(random: np.random.Generator, rate: float) -> Iterator[float]:
    return (number / rate for number in itertools.count())


def _poisson(random: np.random.Generator, rate: float) -> Iterator[float]:
    return _spaced(random, lambda now: np.full(CHUNK, rate))


def _bursty(random: np.random.Generator, rate: float) -> Iterator[float]:
    states = itertools.cycle(BURST_RATES)
    return _spaced(random, lambda now: np.full(random.geometric(1 / BURST_FRAMES), rate * next(states)))


def _diurnal(random: np.random.Generator, rate: float) -> Iterator[float]:
    def rates(now: float) -> FloatArray:
        return np.full(16, rate * (1 - DAY_SWING * math.cos(2 * math.pi * now / DAY_S)))

    return _spaced(random, rates)


def _spaced(random: np.random.Generator, rates: Callable[[float], FloatArray]) -> Iterator[float]:
    """Moments with exponential gaps; `rates(now)` gives the rates of the next few."""
    now = 0.0
    while True:
        upcoming = rates(now)
        for gap in (random.standard_exponential(len(upcoming)) / upcoming).tolist():
            now += gap
            yield now


MOMENTS: dict[ArrivalKind, Callable[[np.random.Generator, float], Iterator[float]]] = {
    "constant": _constant,
    "poisson": _poisson,
    "bursty": _bursty,
    "diurnal": _diurnal,
}
