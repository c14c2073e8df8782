"""`turbo`: branch and bound over the sizes of the batches, since costs depend on nothing else.

Cells of sizes are dropped where even their least cost is over the budget, or where no plan in them can gain
more than the best so far; the others are halved, down to single plans. The bounds come from the prices at
which a best assignment of frames to levels is best (`assignment.prices`); every assignment that is tried
makes them tighter where it matters. Nothing is taken to be monotone, concave or regular. If more cells are
left than there is time for, the most promising are kept and the best bound of the others is remembered.
"""

import numpy as np

from turbo_cli.scheduling.gains import FloatArray, IntArray
from turbo_cli.scheduling.problem import Problem, Solution
from turbo_cli.scheduling.solvers.assignment import FORBIDDEN, assign, prices
from turbo_cli.scheduling.solvers.cells import at_levels, first_cells, halve, least_costs
from turbo_cli.scheduling.solvers.paper import prune

MOST_ACROSS = 8
"""Cells along one side at the start."""

MOST_KEPT = 200
"""Cells that are halved at a time; so few keep 64 frames within milliseconds."""

ROUNDING = 1e-12
"""Shares of AP; what gains less more than another gains the same."""


def solve(problem: Problem) -> Solution:
    """The best plan found, which is the optimum where its gain is the bound; never worse than `paper`'s."""
    search = _Search(problem)
    frames, costs = int(problem.sizes.sum()), problem.costs
    width = 1
    while frames // width > MOST_ACROSS:
        width *= 2
    corners, dropped = first_cells(frames // width, costs.execution) * width, 0.0
    while True:
        corners = corners[:, least_costs(costs, corners, width) <= problem.budget_ms]
        search.try_plans(corners[:, least_costs(costs, corners, 1) <= problem.budget_ms])
        if width == 1:
            break
        corners, bound = search.promising(corners, width)
        dropped = max(dropped, bound)
        corners = halve(corners, width, frames, costs.execution)
        width //= 2
    best = search.best
    if dropped > search.gain:
        best = max(best, prune(problem), key=problem.gain)
    return Solution(best, max(dropped, problem.gain(best)))


class _Search:
    """The best plan so far, (kinds, 6) counts; and planes that the gain of no plan is above."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.frames = int(problem.sizes.sum())
        self.gains = np.where(problem.gains > 0, problem.gains, FORBIDDEN)
        self.gains[:, 0] = 0.0
        self.best, self.gain = problem.all_at_level_0(), 0.0
        self.heights = np.zeros((0, 1))
        self.slopes = np.zeros((0, 5))
        unlimited = np.zeros_like(self.best)
        unlimited[np.arange(len(unlimited)), self.gains.argmax(axis=1)] = problem.sizes
        self._learn(unlimited)

    def try_plans(self, plans: IntArray) -> None:
        """Find the best of (5, plans) sizes of batches, all within the budget."""
        bounds = self._bounds(plans)
        while (better := bounds > self.gain + ROUNDING).any():
            plans, bounds = plans[:, better], bounds[better]
            sizes = plans[:, bounds.argmax()]
            at_level = at_levels(sizes, self.frames, self.problem.costs.execution)
            counts = assign(self.gains, self.problem.sizes, at_level)
            gain = float((self.gains * counts).sum())
            if gain > self.gain:
                self.best, self.gain = counts, gain
            rows = self._learn(counts)
            bounds = np.minimum(bounds, self._bounds(plans, rows))

    def promising(self, corners: IntArray, width: int) -> tuple[IntArray, float]:
        """The most promising cells that may hold something better, and the bound of those left out."""
        bounds = self._bounds(corners, width=width)
        better = np.flatnonzero(bounds > self.gain + ROUNDING)
        if len(better) <= MOST_KEPT:
            return corners[:, better], 0.0
        falling = better[np.argpartition(-bounds[better], MOST_KEPT)]
        return corners[:, falling[:MOST_KEPT]], float(bounds[falling[MOST_KEPT]])

    def _learn(self, counts: IntArray) -> int:
        """Add the planes that touch the gain at a best assignment; says how many."""
        rows = prices(self.gains, counts)
        at_none = (self.gains * counts).sum() - rows @ counts.sum(axis=0) + rows[:, 0] * self.frames
        before = rows[:, :-1] if self.problem.costs.execution == "staged" else rows[:, :1]
        self.heights = np.vstack([self.heights, at_none[:, None]])
        self.slopes = np.vstack([self.slopes, rows[:, 1:] - before])
        return len(rows)

    def _bounds(self, corners: IntArray, newest: int = 0, width: int = 1) -> FloatArray:
        """(cells,): no plan in the cell gains more, by the newest planes (0: by all)."""
        slopes, heights = self.slopes[-newest:], self.heights[-newest:]
        if width > 1:
            heights = heights + (width - 1) * np.maximum(slopes, 0).sum(axis=1, keepdims=True)
        bounds: FloatArray = (slopes @ corners + heights).min(axis=0)
        return bounds
