"""Which kinds of frames go to which levels, where the numbers of frames at each level are given."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog

from turbo_cli.scheduling.gains import LEVELS, FloatArray, IntArray

FORBIDDEN = -100.0
"""Gain of a level that must not be chosen: worse than any detour over other levels can make up for."""

MOST_FRAMES = 200
"""From here on a linear program over the kinds is quicker than an assignment of single frames."""


def assign(gains: FloatArray, sizes: IntArray, at_level: IntArray) -> IntArray:
    """(kinds, 6) counts of most gain with `sizes` as sums over levels and `at_level` over kinds."""
    if sizes.sum() > MOST_FRAMES:
        return _assign_kinds(gains, sizes, at_level)
    kinds, levels = np.repeat(np.arange(len(sizes)), sizes), np.repeat(np.arange(LEVELS), at_level)
    frames, places = linear_sum_assignment(gains[np.ix_(kinds, levels)], maximize=True)
    pairs = kinds[frames] * LEVELS + levels[places]
    return np.bincount(pairs, minlength=gains.size).reshape(gains.shape)


def _assign_kinds(gains: FloatArray, sizes: IntArray, at_level: IntArray) -> IntArray:
    sums = np.vstack(
        [np.kron(np.eye(len(sizes)), np.ones(LEVELS)), np.kron(np.ones(len(sizes)), np.eye(LEVELS))]
    )
    found = linprog(-gains.ravel(), A_eq=sums, b_eq=np.append(sizes, at_level), method="highs-ds")
    return np.rint(found.x).astype(np.int64).reshape(gains.shape)


@dataclass(frozen=True, eq=False)
class Prices:
    """No assignment gains more than at_none + per_frame @ (frames at each level), in any of its rows."""

    at_none: FloatArray
    per_frame: FloatArray


def prices(gains: FloatArray, counts: IntArray) -> Prices:
    """The prices of levels at which the best assignment of its numbers of frames, `counts`, is best.

    One more frame at level b for one less at level a gains as much as the best way to hand frames on from a
    to b (the gain is concave in the numbers of frames). Each level a in use makes one row.
    """
    moved = np.where(counts[:, :, None] > 0, gains[:, None, :] - gains[:, :, None], -np.inf).max(axis=0)
    for _ in range(3):  # ways of up to 2, 4, 8 moves; there are no more than 5
        moved = (moved[:, :, None] + moved).max(axis=1)
    per_frame = moved[np.isfinite(moved).any(axis=1)]
    at_none = (gains * counts).sum() - per_frame @ counts.sum(axis=0)
    return Prices(at_none, per_frame)
