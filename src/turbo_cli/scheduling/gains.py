"""What each level gains on frames of each difficulty: P[θ bucket, κ] of §5.1 as an array."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.errors import TurboError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Reading = Literal["true", "predicted"]
Statistic = Literal["mean", "lower"]

HIGHEST_LEVEL = 5
LEVELS = HIGHEST_LEVEL + 1
"""How many there are, level 0 among them."""

CONFIDENCE = 1.96
"""Standard errors below the mean at which `lower` stands: the lower end of the 95 % interval."""


NEVER = -1.0
"""The gain of a level that a frame cannot be brought to."""

ROUNDING = 1e-9
"""Ends of buckets that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class GainTable:
    """edges: (buckets + 1,) rising from 0 to 1. gains: (buckets, 6) shares of AP; level 0's are 0."""

    edges: FloatArray
    gains: FloatArray

    def buckets(self, difficulties: ArrayLike) -> IntArray:
        """The bucket of each of (m,) difficulties. Raises `TurboError` unless each is in [0, 1]."""
        values = np.asarray(difficulties, np.float64).reshape(-1)
        wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
        if wrong.size:
            first = wrong[0]
            raise TurboError(f"difficulty {first + 1}: {values[first]} is not between 0 and 1")
        return np.searchsorted(self.edges[1:-1], values, side="right")

    def of(self, difficulties: ArrayLike) -> FloatArray:
        """(m,) difficulties → (m, 6) gains. Raises `TurboError` unless each is in [0, 1]."""
        return self.gains[self.buckets(difficulties)]


def gain_table(
    rows: Iterable[LevelGain],
    reading: Reading,
    statistic: Statistic = "mean",
    path: Path = Path("accuracy.csv"),
    levels: int = LEVELS,
) -> GainTable:
    """The table of one reading of θ; `lower` takes mean − 1.96 standard errors for every gain.

    path: the file that errors name. levels: how many there are; the others gain `NEVER`. Raises `TurboError`
    for a bucket or level that is not there.
    """
    own = {(row.difficulty_from, row.level): row for row in rows if row.reading == reading}
    where = f"{path}: reading {reading!r}"
    starts = _check_buckets(where, [(row.difficulty_from, row.difficulty_to) for row in own.values()])
    gains = np.full((len(starts), LEVELS), NEVER)
    gains[:, 0] = 0
    for bucket, start in enumerate(starts):
        for level in range(1, levels):
            if (start, level) not in own:
                raise TurboError(
                    f"{where}, difficulty_from {start:g}: level {level} is missing",
                    "`turbo profile` makes the table anew",
                )
            row = own[start, level]
            gains[bucket, level] = row.gain - CONFIDENCE * row.standard_error * (statistic == "lower")
    return GainTable(np.array([*starts, 1.0]), gains)


def _check_buckets(where: str, intervals: Sequence[tuple[float, float]]) -> list[float]:
    """Where each bucket begins. Raises `TurboError` unless they cover 0…1 without gap or overlap."""
    reached = 0.0
    starts = []
    for start, end in sorted(set(intervals)):
        if not math.isclose(start, reached, abs_tol=ROUNDING):
            problem = "is missing" if start > reached else "overlaps"
            between = f"{min(start, reached):g} to {max(start, reached):g}"
            raise TurboError(f"{where}: the bucket from difficulty {between} {problem}")
        starts.append(start)
        reached = end
    if not math.isclose(reached, 1):
        raise TurboError(f"{where}: the bucket from difficulty {reached:g} to 1 is missing")
    return starts
