"""Where `turbo` searches: all sizes of batches 1…5 that the frames can make, in cells.

A cell is its corner (y_1…y_5) and a width: batch k holds y_k, …, y_k + width − 1 frames.
"""

import itertools
from collections.abc import Sequence
from functools import cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turbo_cli.scheduling.costs import Costs, Execution
from turbo_cli.scheduling.gains import HIGHEST_LEVEL, FloatArray, IntArray

ROUNDING_MS = 1e-6
"""Sums in another order differ by less; whether a plan is within the budget is asked of its exact cost."""


@cache
def first_cells(most: int, execution: Execution) -> IntArray:
    """(5, cells): corners of all cells, in units of the width, of which `most` fit into the frames."""
    corners = np.indices((most + 1,) * HIGHEST_LEVEL).reshape(HIGHEST_LEVEL, -1)
    if execution == "per-level":
        return corners[:, corners.sum(axis=0) <= most]
    return corners[:, (corners[1:] <= corners[:-1]).all(axis=0)]


def halve(corners: IntArray, width: int, costs: Costs, budget_ms: float) -> IntArray:
    """The corners of the cells of half the width that cells of `width` fall into, where they fit the budget.

    Each half of a side is looked up once, and sums over the five sides make up all 32 halves of a cell.
    """
    frames, half = costs.tables.shape[1] - 1, width // 2
    sides = corners[:, None] + np.array([[0], [half]])  # (5, 2, cells)
    tables = least_after(costs.tables) if half > 1 else costs.tables
    # Batches of more than all frames are not possible, whatever they would cost.
    least = _over_sides(
        [table.take(side, mode="clip") for table, side in zip(tables[1:], sides, strict=True)]
    )
    if costs.execution == "per-level":
        sizes = _over_sides(sides)
        least += tables[0].take(np.maximum(frames - sizes - (half - 1) * HIGHEST_LEVEL, 0))
        possible = sizes <= frames
    else:
        possible = sides[0] <= frames
        for larger, smaller in itertools.pairwise(sides):
            possible = possible[..., None, :] & (smaller <= larger[:, None])
    *which, cells = np.nonzero(possible & (least <= budget_ms - costs.base_ms + ROUNDING_MS))
    return np.stack([side[halves, cells] for side, halves in zip(sides, which, strict=True)])


def _over_sides(sides: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Five (2, cells) → (2, 2, 2, 2, 2, cells): the sum over the sides for each choice of their halves."""
    return reduce(lambda sums, side: sums[..., None, :] + side, sides)


def at_levels(corner: IntArray, frames: int, execution: Execution) -> IntArray:
    """(5,) sizes of batches → (6,) frames at each level."""
    if execution == "per-level":
        return np.array([frames - corner.sum(), *corner])
    batches = np.array([frames, *corner, 0])
    exact: IntArray = batches[:-1] - batches[1:]
    return exact


def least_costs(costs: Costs, corners: IntArray, width: int) -> FloatArray:
    """(cells,) ms that no plan in a cell is below; where the width is 1, what its only plan costs."""
    tables = costs.tables if width == 1 else least_after(costs.tables)
    least: FloatArray = costs.base_ms + tables[0].take(least_at_level_0(costs, corners, width))
    for table, sizes in zip(tables[1:], corners, strict=True):
        least += table.take(sizes)
    return least


def least_at_level_0(costs: Costs, corners: IntArray, width: int) -> IntArray:
    """(cells,) frames that no plan in a cell has fewer of in batch 0, which in staged execution is free."""
    frames = costs.tables.shape[1] - 1
    left: IntArray = frames - corners.sum(axis=0) - (width - 1) * HIGHEST_LEVEL
    return np.maximum(left, 0)


def least_after(tables: FloatArray) -> FloatArray:
    """The least of each entry and all that follow it in its row."""
    least: FloatArray = np.minimum.accumulate(tables[..., ::-1], axis=-1)[..., ::-1]
    return least
