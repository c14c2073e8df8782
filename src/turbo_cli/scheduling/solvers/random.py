"""`random`: the baseline that does not care how much a level gains."""

import numpy as np

from turbo_cli.scheduling.gains import LEVELS
from turbo_cli.scheduling.problem import Problem, Solution


def solve(problem: Problem) -> Solution:
    """Take frames in a random order and give each a random level, or 0 if that gains nothing or does not fit.

    The same problem gets the same plan.
    """
    draw = np.random.default_rng(0)
    counts = problem.all_at_level_0()
    for kind in draw.permutation(np.repeat(np.arange(len(problem.sizes)), problem.sizes)):
        level = draw.integers(LEVELS)
        tried = counts.copy()
        tried[kind, 0] -= 1
        tried[kind, level] += 1
        if problem.gains[kind, level] > 0 and problem.fits(tried):
            counts = tried
    return Solution(counts, problem.gain_without_budget())
