"""Where `turbo` searches: all sizes of batches 1…5 that the frames can make, in cells.

A cell is its corner (y_1…y_5) and a width: batch k holds y_k, …, y_k + width − 1 frames.
"""

import itertools
from functools import cache

import numpy as np

from turbo_cli.boxes import BoolArray
from turbo_cli.scheduling.costs import Costs, Execution
from turbo_cli.scheduling.gains import HIGHEST_LEVEL, FloatArray, IntArray

HALVES = np.array(list(itertools.product((0, 1), repeat=HIGHEST_LEVEL)), np.int64).T


@cache
def first_cells(most: int, execution: Execution) -> IntArray:
    """(5, cells): corners of all cells, in units of the width, of which `most` fit into the frames."""
    corners = np.indices((most + 1,) * HIGHEST_LEVEL).reshape(HIGHEST_LEVEL, -1)
    return corners[:, _possible(corners, most, execution)]


def halve(corners: IntArray, width: int, frames: int, execution: Execution) -> IntArray:
    """The corners of the cells of half the width that cells of `width` fall into."""
    parts = (corners[:, :, None] + HALVES[:, None] * (width // 2)).reshape(HIGHEST_LEVEL, -1)
    return parts[:, _possible(parts, frames, execution)]


def _possible(corners: IntArray, frames: int, execution: Execution) -> BoolArray:
    """Which (5, cells) batches so many frames can make: one within the other, or apart from each other."""
    possible: BoolArray
    if execution == "per-level":
        possible = corners.sum(axis=0) <= frames
    else:
        possible = (corners[1:] <= corners[:-1]).all(axis=0) & (corners[0] <= frames)
    return possible


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
