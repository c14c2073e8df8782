"""The axes of a chart."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """From low to high in the data's units. ticks: what is written at which values."""

    title: str
    low: float
    high: float
    ticks: Mapping[float, str]

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high end."""
        return (value - self.low) / (self.high - self.low)


def scale(title: str, values: Iterable[float | None], low: float | None = 0.0) -> Axis:
    """Three to seven round ticks that hold all values that are known; low: is held too (None: nothing is)."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    held = known if low is None else [*known, low]
    least, most = min(held, default=0.0), max(held, default=1.0)
    if most - least < 1e-9:
        most = least + (abs(least) or 1.0)
    power = 10.0 ** math.floor(math.log10(most - least))
    step = next(power * size for size in (0.2, 0.5, 1.0, 2.0) if (most - least) / (power * size) <= 5.5)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    ticks = {step * k: f"{step * k:,.{places}f}" for k in range(first, last + 1)}
    return Axis(title, step * first, step * last, ticks)


def span(title: str, values: Sequence[float]) -> Axis:
    """Round ticks as `scale` has them, but from the first value to the last without room at the ends."""
    wide = scale(title, values, low=None)
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high <= low:
        return wide
    return Axis(title, low, high, {at: text for at, text in wide.ticks.items() if low <= at <= high})


def names(title: str, texts: Sequence[str]) -> Axis:
    """One place for each text, at 0, 1, 2, …"""
    return Axis(title, -0.5, len(texts) - 0.5, dict(enumerate(texts)))
