"""What plans in a cell can gain at most: planes that touch the gain at best assignments, a price of time."""

import numpy as np

from turbo_cli.scheduling.gains import HIGHEST_LEVEL, FloatArray, IntArray
from turbo_cli.scheduling.problem import Problem
from turbo_cli.scheduling.solvers.assignment import prices
from turbo_cli.scheduling.solvers.cells import least_after, least_at_level_0

TINY_MS = 1e-6
"""Pieces that take less are free."""


class Bounds:
    """Planes height + slopes @ (y_1…y_5) over the sizes of batches; no plan gains more than any of them says.

    Those of the latest plan that was better than all before serve the bounds with a price too.
    """

    def __init__(self, problem: Problem, gains: FloatArray) -> None:
        self._problem, self._gains = problem, gains
        self._steps = gains[:, None, :] - gains[:, :, None]
        self._frames = int(problem.sizes.sum())
        self._planes = np.zeros((0, 1 + HIGHEST_LEVEL))  # height, slopes

    def touch(self, counts: IntArray, is_best: bool) -> int:
        """Add the planes that touch the gain at a best assignment; says how many."""
        rows = prices(self._steps, counts)
        at_none = (self._gains * counts).sum() - rows @ counts.sum(axis=0) + rows[:, 0] * self._frames
        before = rows[:, :-1] if self._problem.costs.execution == "staged" else rows[:, :1]
        if is_best:
            self._best = slice(len(self._planes), len(self._planes) + len(rows))
        planes = np.concatenate([at_none[:, None], rows[:, 1:] - before], axis=1)
        self._planes = np.concatenate([self._planes, planes])
        return len(rows)

    def of_plans(self, plans: IntArray, newest: int = 0) -> FloatArray:
        """(plans,) by the newest planes (0: by all)."""
        planes = self._planes[-newest:]
        return _lowest(planes[:, :1], planes[:, 1:], plans)

    def of_cells(self, corners: IntArray, width: int) -> FloatArray:
        """(cells,): the lower of what the planes say and what is left of it after paying for the time."""
        heights, slopes = self._planes[:, :1], self._planes[:, 1:]
        room = (width - 1) * np.maximum(slopes, 0).sum(axis=1, keepdims=True)
        unpriced = _lowest(heights + room, slopes, corners)
        bounds: FloatArray = np.minimum(unpriced, self._priced(corners, width))
        return bounds

    def _priced(self, corners: IntArray, width: int) -> FloatArray:
        """Weak duality: within the budget, gain ≤ height + λ · budget + Σ_k (slope_k · y_k − λ · cost_k).

        The plane and the price λ of a millisecond are those that bound all plans best. Tried are the prices
        at which a batch of all frames is just worth its time.
        """
        costs, frames = self._problem.costs, self._frames
        dearest_ms = costs.tables.max(axis=1).sum()
        spare_ms = min(self._problem.budget_ms - costs.base_ms, dearest_ms)
        heights, slopes = self._planes[self._best, :1], self._planes[self._best, 1:]
        tables = costs.tables[1:]
        price = np.maximum(slopes, 0) * frames / np.maximum(tables[:, -1], TINY_MS)  # (planes, prices)
        worth = slopes[:, None, :, None] * np.arange(frames + 1) - price[..., None, None] * tables
        at_level_0 = least_after(costs.tables[0])
        whole = heights + price * (spare_ms - at_level_0[0]) + worth.max(axis=3).sum(axis=2)
        best = np.unravel_index(whole.argmin(), whole.shape)
        within = _most_within(worth[best], width)
        left = least_at_level_0(costs, corners, width)
        bounds: FloatArray = heights[best[0]] + price[best] * (spare_ms - at_level_0[left])
        for table, sizes in zip(within, corners, strict=True):
            bounds += table.take(sizes)
        return bounds


def _lowest(heights: FloatArray, slopes: FloatArray, points: IntArray) -> FloatArray:
    """(points,): the lowest of (planes, 1) heights and (planes, 5) slopes at each of (5, points)."""
    values: FloatArray = slopes @ points
    values += heights  # in place: fresh memory for thousands of points takes longer than the sum
    lowest: FloatArray = values.min(axis=0)
    return lowest


def _most_within(tables: FloatArray, width: int) -> FloatArray:
    """The largest of each entry and the width − 1 (a power of two) that follow it in its row."""
    reach = 1
    while reach < width:
        following = np.full_like(tables, -np.inf)
        following[:, :-reach] = tables[:, reach:]
        tables = np.maximum(tables, following)
        reach *= 2
    return tables
