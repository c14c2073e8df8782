"""`turbo`: branch and bound over the sizes of the batches, since costs depend on nothing else.

Cells of sizes are dropped where even their least cost is over the budget, or where no plan in them can gain
more than the best so far; the others are halved, down to single plans. The bounds come from the prices at
which a best assignment of frames to levels is best; every assignment that is tried makes them tighter where
it matters. Nothing is taken to be monotone, concave or regular. If more cells are left than there is time
for, the most promising are kept and the best bound of the others is remembered.
"""

import numpy as np

from turbo_cli.scheduling.gains import IntArray
from turbo_cli.scheduling.problem import Problem, Solution
from turbo_cli.scheduling.solvers.assignment import FORBIDDEN, assign
from turbo_cli.scheduling.solvers.bounds import Bounds
from turbo_cli.scheduling.solvers.cells import at_levels, first_cells, halve, least_costs
from turbo_cli.scheduling.solvers.paper import prune

MOST_ACROSS = 8
"""Cells along one side at the start."""

MOST_KEPT = 400
"""Cells that are halved at a time."""

MOST_TRIED = 4
"""Corners of wider cells that are tried as plans; of single plans, all that may be better are."""

ROUNDING = 1e-12
"""Shares of AP; what gains less more than another gains the same."""


def solve(problem: Problem) -> Solution:
    """The best plan found, which is the optimum where its gain is the bound; never worse than `paper`'s."""
    search = _Search(problem)
    if problem.fits(search.without_budget):
        return Solution(search.without_budget, problem.gain(search.without_budget))
    frames, costs = int(problem.sizes.sum()), problem.costs
    width = 1
    while frames // width > MOST_ACROSS:
        width *= 2
    corners, left_out = first_cells(frames // width, costs.execution) * width, 0.0
    corners = corners[:, least_costs(costs, corners, width) <= problem.budget_ms]
    while True:
        most = MOST_TRIED if width > 1 else len(corners[0])
        search.try_plans(corners[:, least_costs(costs, corners, 1) <= problem.budget_ms], most)
        if width == 1:
            break
        corners, bound = search.promising(corners, width)
        left_out = max(left_out, bound)
        corners = halve(corners, width, costs, problem.budget_ms)
        width //= 2
    best = search.best
    if left_out > search.gain:
        best = max(best, prune(problem), key=problem.gain)
    return Solution(best, max(left_out, problem.gain(best)))


class _Search:
    """The best plan so far, as (kinds, 6) counts, and what it gains."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        # All frames together must not make up for a forbidden level either.
        forbidden = FORBIDDEN - problem.gain_without_budget()
        self._gains = np.where(problem.gains > 0, problem.gains, forbidden)
        self._gains[:, 0] = 0.0
        self._bounds = Bounds(problem, self._gains)
        self.best, self.gain = problem.all_at_level_0(), 0.0
        self.without_budget = np.zeros_like(self.best)
        self.without_budget[np.arange(len(self._gains)), self._gains.argmax(axis=1)] = problem.sizes
        self._bounds.touch(self.without_budget, is_best=True)

    def try_plans(self, plans: IntArray, most: int) -> None:
        """Find the best of (5, plans) sizes of batches, all within the budget, in at most so many trials."""
        bounds = self._bounds.of_plans(plans)
        for _ in range(most):
            better = bounds > self.gain + ROUNDING
            if not better.any():
                break
            plans, bounds = plans[:, better], bounds[better]
            planes = self._try_plan(plans[:, bounds.argmax()])
            bounds = np.minimum(bounds, self._bounds.of_plans(plans, planes))

    def _try_plan(self, sizes: IntArray) -> int:
        frames, execution = int(self._problem.sizes.sum()), self._problem.costs.execution
        counts = assign(self._gains, self._problem.sizes, at_levels(sizes, frames, execution))
        gain = float((self._gains * counts).sum())
        is_best = gain > self.gain
        if is_best:
            self.best, self.gain = counts, gain
        return self._bounds.touch(counts, is_best)

    def promising(self, corners: IntArray, width: int) -> tuple[IntArray, float]:
        """The most promising cells that may hold something better, and the bound of those left out."""
        bounds = self._bounds.of_cells(corners, width)
        better = np.flatnonzero(bounds > self.gain + ROUNDING)
        if len(better) <= MOST_KEPT:
            return corners[:, better], 0.0
        falling = better[np.argpartition(-bounds[better], MOST_KEPT)]
        return corners[:, falling[:MOST_KEPT]], float(bounds[falling[MOST_KEPT]])
