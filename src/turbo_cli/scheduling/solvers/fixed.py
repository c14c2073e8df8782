"""`fixed:k`: one level for all, the baseline that looks at no gains."""

import numpy as np

from turbo_cli.scheduling.problem import Problem, Solution, Solver


def solver(level: int) -> Solver:
    """The solver that brings as many frames as the budget allows to `level` and no other.

    The last kinds come first, which are the hardest; kinds that gain nothing at that level stay at 0.
    """

    def solve(problem: Problem) -> Solution:
        wanted = np.where(problem.gains[:, level] > 0, problem.sizes, 0)
        for total in range(int(wanted.sum()), 0, -1):
            counts = problem.all_at_level_0()
            harder = wanted[::-1].cumsum()[::-1] - wanted
            counts[:, level] = np.clip(total - harder, 0, wanted)
            counts[:, 0] -= counts[:, level]
            if problem.fits(counts):
                return Solution(counts, problem.gain_without_budget())
        return Solution(problem.all_at_level_0(), problem.gain_without_budget())

    return solve
