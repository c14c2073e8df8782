"""Where `turbo` searches: the sizes of batches 1…5, all of them that m frames can make, in cells of boxes.

A cell is its corner (y_1…y_5) and a width: batch k holds y_k, …, y_k + width − 1 frames.
"""

import itertools
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from turbo_cli.boxes import BoolArray
from turbo_cli.scheduling.costs import Costs, Execution
from turbo_cli.scheduling.gains import HIGHEST_LEVEL, FloatArray, IntArray

HALVES = np.array(list(itertools.product((0, 1), repeat=HIGHEST_LEVEL)), np.int64).T


@cache
def first_cells(most: int, execution: Execution) -> IntArray:
    """(5, cells): corners of all cells, in units of their width, where `most` of it fit into the frames."""
    corners = np.indices((most + 1,) * HIGHEST_LEVEL).reshape(HIGHEST_LEVEL, -1)
    return corners[:, possible(corners, most, execution)]


def possible(corners: IntArray, frames: int, execution: Execution) -> BoolArray:
    """Whether so many frames can make each of (5, cells) batches: of falling sizes, or apart from each other."""
    if execution == "per-level":
        enough: BoolArray = corners.sum(axis=0) <= frames
        return enough
    falling: BoolArray = (corners[1:] <= corners[:-1]).all(axis=0) & (corners[0] <= frames)
    return falling


def halve(corners: IntArray, width: int, frames: int, execution: Execution) -> IntArray:
    """The cells of half the width that cells of `width` fall into."""
    parts = (corners[:, :, None] + HALVES[:, None] * (width // 2)).reshape(HIGHEST_LEVEL, -1)
    return parts[:, possible(parts, frames, execution)]


def at_levels(corner: IntArray, frames: int, execution: Execution) -> IntArray:
    """(5,) batches → (6,) frames at each level."""
    if execution == "per-level":
        return np.concatenate([[frames - corner.sum()], corner])
    return -np.diff(np.concatenate([[frames], corner, [0]]))


def least_costs(costs: Costs, corners: IntArray, width: int) -> FloatArray:
    """(cells,) ms that no plan in the cell is below; of width 1, what the plan costs."""
    frames = costs.tables.shape[1] - 1
    least = np.full(corners.shape[1], costs.base_ms)
    if costs.execution == "per-level":
        least += _least(costs.tables[0][::-1], HIGHEST_LEVEL * (width - 1) + 1)[corners.sum(axis=0)]
    for k, sizes in enumerate(corners, start=1):
        least += _least(costs.tables[k], width)[sizes]
    return least


def _least(table: FloatArray, width: int) -> FloatArray:
    """The least of each entry and the width − 1 that follow it."""
    if width == 1:
        return table
    padded = np.concatenate([table, np.full(width - 1, np.inf)])
    return sliding_window_view(padded, width).min(axis=1)
