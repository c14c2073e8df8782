"""What the clock teaches about a profile: how much longer each piece takes than predicted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.latency import PIECES, LatencyProfile

LATEST = 16
"""Measurements that count: a disturbance is forgotten so many windows after its end."""

MARGIN = 1.05
"""On the second largest of them. A single outlier counts for nothing, and of measurements that follow no
trend one in 20 is above it (a normal law of 10 %)."""

LIKELY = 3
"""Measurements whose median is what to expect: right from the second window after a change, either way."""


@dataclass(frozen=True)
class Ratio:
    """The latest ratios of measured over predicted time of one piece; at first the profile's own word, 1."""

    latest: tuple[float, ...] = (1.0,)

    @property
    def factor(self) -> float:
        """What to multiply predictions by so that they seldom fall short."""
        return MARGIN * sorted(self.latest)[-2] if len(self.latest) > 1 else self.latest[0]

    @property
    def likely(self) -> float:
        """What to multiply predictions by so that they fall short as often as not."""
        return median(self.latest[-LIKELY:])

    def seen(self, ratio: float) -> "Ratio":
        """With one more measurement."""
        return Ratio((*self.latest, ratio)[-LATEST:])


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
        """The profile as the clock corrects it, on the safe side: for what may be left undone.

        pace: measured over predicted time of what has just run. No piece is taken to be faster: a device
        that is slow now, is so for what comes next.
        """
        return latency.scaled({piece: max(self._of(piece).factor, pace) for piece in PIECES})

    def likely(self, latency: LatencyProfile) -> LatencyProfile:
        """The profile as the clock corrects it, without a margin: for what must not be left undone."""
        return latency.scaled({piece: self._of(piece).likely for piece in PIECES})

    def _of(self, piece: Piece) -> Ratio:
        return self.ratios.get(piece, Ratio())
