"""The device in virtual time: one server that runs a piece of work after another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from turbo_cli.artifacts.latency import Piece
from turbo_cli.errors import TurboError, nearest
from turbo_cli.scheduling.correction import Correction
from turbo_cli.scheduling.latency import PIECES, LatencyProfile


@dataclass(frozen=True)
class Perturbation:
    """How the device differs from its profile.

    factors: by piece, how much longer it takes (1 where nothing is said). jitter: deviation of the logarithm
    of a random factor on every run of a piece.
    """

    factors: Mapping[Piece, float] = field(default_factory=dict)
    jitter: float = 0.0

    @property
    def none(self) -> bool:
        """Whether the profile is true."""
        return not self.jitter and all(factor == 1 for factor in self.factors.values())


LARGEST_SHARE = 10.0
"""What a device may differ by: beyond that floats overflow before anything is learnt."""

TRUE = Perturbation()
"""The device is as its profile says."""


def parse_perturbation(text: str) -> Perturbation:
    """`latency=+20%,layer-3=-10%,jitter=5%`: all pieces, one of them, and the jitter. Raises `TurboError`."""
    factors: dict[Piece, float] = {}
    jitter = 0.0
    for part in filter(None, text.split(",")):
        name, _, value = part.strip().partition("=")
        try:
            share = float(value.removesuffix("%")) / 100
        except ValueError:
            share = math.nan
        if not (value.endswith("%") and -1 < share <= LARGEST_SHARE):
            raise TurboError(
                f"perturbation {part!r}: not NAME=±NUMBER% above -100 % and up to {LARGEST_SHARE:.0%}",
                "write latency=+20%",
            )
        if name == "jitter":
            jitter = abs(share)
        elif name == "latency":
            factors |= dict.fromkeys(PIECES, 1 + share)
        elif name in PIECES:
            factors[name] = 1 + share
        else:
            raise TurboError(
                f"perturbation {part!r}: no piece", nearest(name, (*PIECES, "latency", "jitter"))
            )
    return Perturbation(factors, jitter)


class Device:
    """Moments are ms from the trace's start. at_ms: how far the work has come. busy_ms: time worked in all.

    latency: what the profile says. learns: predictions are corrected by what was measured, as serving does.
    """

    def __init__(
        self, latency: LatencyProfile, perturbation: Perturbation, learns: bool = True, seed: int = 0
    ) -> None:
        self.latency = latency
        self.at_ms = 0.0
        self.busy_ms = 0.0
        self._perturbation = perturbation
        self._learns = learns and not perturbation.none
        self._random = np.random.default_rng(seed)
        self._correction = Correction()
        self._believed: LatencyProfile | None = latency
        self._pace = 0.0

    def start(self, at_ms: float) -> None:
        """Begin a window's work at that moment, or when the work before it is done."""
        self.at_ms = max(self.at_ms, at_ms)
        self._pace = 0.0

    def run(self, piece: Piece, frames: int) -> None:
        """Run a piece on so many frames."""
        predicted = self.latency.ms(piece, frames)
        took = predicted * self._perturbation.factors.get(piece, 1.0)
        if self._perturbation.jitter:
            took *= math.exp(self._random.normal(0, self._perturbation.jitter))
        self.at_ms += took
        self.busy_ms += took
        if self._learns and predicted:
            self._correction = self._correction.observe(piece, predicted, took)
            self._pace = max(self._pace, took / predicted)
            self._believed = None

    @property
    def believed(self) -> LatencyProfile:
        """The profile as the clock corrects it, no piece faster than the slowest of this window."""
        if self._believed is None:
            self._believed = self._correction.apply(self.latency, self._pace)
        return self._believed

    @property
    def likely(self) -> LatencyProfile:
        """The same without a margin, for what must not be given up too soon."""
        return self._correction.likely(self.latency)
