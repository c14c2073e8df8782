"""What the clock teaches about a profile: how much longer each piece takes than predicted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.latency import PIECES, LatencyProfile

MEMORY = 0.1
"""Weight of the newest measurement: the last ten or so are what counts."""

MARGIN = 2.0
"""Standard deviations of the measured ratio that are added as a safety margin."""


@dataclass(frozen=True)
class Ratio:
    """Measured over predicted time of one piece: exponential average and variance."""

    mean: float = 1.0
    variance: float = 0.0

    @property
    def factor(self) -> float:
        """What to multiply predictions by so that they seldom fall short."""
        return self.mean + MARGIN * math.sqrt(self.variance)

    def seen(self, ratio: float) -> "Ratio":
        """With one more measurement."""
        surprise = ratio - self.mean
        return Ratio(self.mean + MEMORY * surprise, (1 - MEMORY) * (self.variance + MEMORY * surprise**2))


@dataclass(frozen=True)
class Correction:
    """What was seen so far, by piece; a piece that was not seen is taken as the profile has it."""

    ratios: Mapping[Piece, Ratio] = field(default_factory=dict)

    def observe(self, piece: Piece, predicted_ms: float, measured_ms: float) -> "Correction":
        """With one more measurement; predicted_ms is the uncorrected profile's."""
        if predicted_ms <= 0:
            return self
        after = self.ratios.get(piece, Ratio()).seen(measured_ms / predicted_ms)
        return replace(self, ratios={**self.ratios, piece: after})

    def apply(self, latency: LatencyProfile, pace: float = 0.0) -> LatencyProfile:
        """The profile as the clock corrects it.

        pace: measured over predicted time of what has just run. No piece is taken to be faster: a device
        that is slow now, is so for what comes next.
        """
        factors = {piece: max(self.ratios.get(piece, Ratio()).factor, pace) for piece in PIECES}
        return latency.scaled(factors)
