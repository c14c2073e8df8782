"""What the clock teaches about a profile: how much longer each piece takes than predicted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.latency import LatencyProfile

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


@dataclass(frozen=True)
class Correction:
    """What was seen so far, by piece; a piece that was not seen is taken as the profile has it."""

    ratios: Mapping[Piece, Ratio] = field(default_factory=dict)

    def observe(self, piece: Piece, predicted_ms: float, measured_ms: float) -> "Correction":
        """With one more measurement; predicted_ms is the uncorrected profile's."""
        if predicted_ms <= 0:
            return self
        before = self.ratios.get(piece, Ratio())
        surprise = measured_ms / predicted_ms - before.mean
        after = Ratio(
            before.mean + MEMORY * surprise, (1 - MEMORY) * (before.variance + MEMORY * surprise**2)
        )
        return replace(self, ratios={**self.ratios, piece: after})

    def apply(self, latency: LatencyProfile) -> LatencyProfile:
        """The profile as the clock corrects it."""
        return latency.scaled({piece: ratio.factor for piece, ratio in self.ratios.items()})
