"""`turbo`: branch and bound over the sizes of the batches, which are all that costs depend on."""

import numpy as np

from turbo_cli.scheduling.costs import Execution
from turbo_cli.scheduling.gains import LEVELS, FloatArray, IntArray
from turbo_cli.scheduling.problem import Problem, Solution
from turbo_cli.scheduling.solvers import cells
from turbo_cli.scheduling.solvers.assignment import FORBIDDEN, assign, prices
from turbo_cli.scheduling.solvers.paper import prune

MOST_CELLS = 8
MOST_KEPT = 200
LEAST_GAIN = 1e-12


class _Search:
    """The best plan so far, and bounds"""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.frames = int(problem.sizes.sum())
        self.execution = problem.costs.execution
        self.gains = np.where(problem.gains > 0, problem.gains, FORBIDDEN)
        self.gains[:, 0] = 0.0
        self.best = problem.all_at_level_0()
        self.gain = 0.0
        self.bounds: list[tuple[FloatArray, FloatArray]] = []
        # no budget: everything at its best level
        free = np.zeros_like(self.best)
        free[np.arange(len(free)), self.gains.argmax(axis=1)] = problem.sizes
        self._learn(free)

    def _learn(self, counts: IntArray) -> None:
        found = prices(self.gains, counts)
        p = found.per_frame
        if self.execution == "staged":
            steps = np.diff(p, axis=1)
        else:
            steps = p[:, 1:] - p[:, :1]
        self.bounds.append((found.at_none + p[:, 0] * self.frames, steps))

    def upper(self, corners, width, last: int = 0):
        least = None
        for const, steps in self.bounds[-last:]:
            u = (steps @ corners + const[:, None] + (np.maximum(steps, 0).sum(axis=1) * (width - 1))[:, None]).min(axis=0)
            least = u if least is None else np.minimum(least, u)
        return least

    def try_corners(self, corners) -> None:
        uppers = self.upper(corners, 1)
        while True:
            promising = uppers > self.gain + LEAST_GAIN
            if not promising.any():
                return
            corners, uppers = corners[:, promising], uppers[promising]
            at_level = cells.at_levels(corners[:, uppers.argmax()], self.frames, self.execution)
            counts = assign(self.gains, self.problem.sizes, at_level)
            gain = float((self.gains * counts).sum())
            if gain > self.gain:
                self.best, self.gain = counts, gain
            self._learn(counts)
            uppers = np.minimum(uppers, self.upper(corners, 1, 1))


def turbo(problem: Problem) -> Solution:
    search = _Search(problem)
    frames, execution, costs, budget = search.frames, search.execution, problem.costs, problem.budget_ms
    width = 1
    while frames // width > MOST_CELLS:
        width *= 2
    corners = cells.first_cells(frames // width, execution) * width
    dropped = 0.0
    while True:
        corners = corners[:, cells.least_costs(costs, corners, width) <= budget]
        at = corners if width == 1 else corners[:, cells.least_costs(costs, corners, 1) <= budget]
        search.try_corners(at)
        if width == 1:
            break
        uppers = search.upper(corners, width)
        kept = np.flatnonzero(uppers > search.gain + LEAST_GAIN)
        if len(kept) > MOST_KEPT:
            order = np.argpartition(-uppers[kept], MOST_KEPT)
            dropped = max(dropped, uppers[kept[order[MOST_KEPT:]]].max())
            kept = kept[order[:MOST_KEPT]]
        if not len(kept):
            break
        corners = cells.halve(corners[:, kept], width, frames, execution)
        width //= 2
    best, gain = search.best, search.gain
    if dropped > gain:
        fallback = prune(problem)
        if problem.gain(fallback) > gain:
            best = fallback
    gain = problem.gain(best)
    return Solution(best, max(gain, dropped))
