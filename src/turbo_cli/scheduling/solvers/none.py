"""`none`: the pipeline as it is, without Turbo."""

from turbo_cli.scheduling.problem import Problem, Solution


def solve(problem: Problem) -> Solution:
    """Leave every frame at level 0."""
    return Solution(problem.all_at_level_0(), problem.gain_without_budget())
