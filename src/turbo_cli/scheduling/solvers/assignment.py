"""Which kinds of frames go to which levels, where the number of frames at each level is given."""

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog

from turbo_cli.scheduling.gains import LEVELS, FloatArray, IntArray

FORBIDDEN = -100.0
"""Gain of a level that must not be chosen: more than any detour over other levels could make up for."""

MOST_FRAMES = 200
"""For more, a linear program over the kinds is quicker than an assignment of single frames."""


def assign(gains: FloatArray, sizes: IntArray, at_level: IntArray) -> IntArray:
    """The (kinds, 6) counts of most gain; they add up to `sizes` over levels, to `at_level` over kinds."""
    if sizes.sum() > MOST_FRAMES:
        return _assign_kinds(gains, sizes, at_level)
    kinds, levels = np.arange(len(sizes)).repeat(sizes), np.arange(LEVELS).repeat(at_level)
    frames, places = linear_sum_assignment(gains[kinds][:, levels], maximize=True)
    pairs = kinds[frames] * LEVELS + levels[places]
    return np.bincount(pairs, minlength=gains.size).reshape(gains.shape)


def _assign_kinds(gains: FloatArray, sizes: IntArray, at_level: IntArray) -> IntArray:
    over_levels = np.kron(np.eye(len(sizes)), np.ones(LEVELS))
    over_kinds = np.kron(np.ones(len(sizes)), np.eye(LEVELS))
    found = linprog(
        -gains.ravel(),
        A_eq=np.vstack([over_levels, over_kinds]),
        b_eq=np.append(sizes, at_level),
        method="highs-ds",  # ends in a corner, and those are whole numbers
    )
    counts: IntArray = np.rint(found.x).astype(np.int64).reshape(gains.shape)
    return counts


def prices(steps: FloatArray, counts: IntArray) -> FloatArray:
    """(rows, 6): what a frame more at each level is worth, at best, beside the best assignment `counts`.

    steps: (kinds, 6, 6), what a frame gains by going from one level (second axis) to another (third).
    In row a, for a frame less at level a: handing frames on from there to b over other levels may gain more
    than moving one. The most that assignments gain is concave in the numbers of frames, so that
    gain + row @ (other numbers − these) is a bound for all other numbers. Levels without frames have no row.
    """
    moved: FloatArray = np.where(counts[:, :, None] > 0, steps, -np.inf).max(axis=0)
    for _ in range(3):  # over up to 1, 3, 7 levels between; there are no more than 4
        moved = (moved[:, :, None] + moved).max(axis=1)
    return moved[counts.any(axis=0)]
