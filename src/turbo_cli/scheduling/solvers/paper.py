"""`paper`: the prune-and-search of §5.2."""

import heapq

import numpy as np

from turbo_cli.scheduling.gains import HIGHEST_LEVEL, IntArray
from turbo_cli.scheduling.problem import Problem, Solution


def solve(problem: Problem) -> Solution:
    """Start from the highest level everywhere and step single frames down until the budget is met.

    §5.2 takes gains to rise with the level. Where they do not, frames that would gain nothing go on down.
    """
    return Solution(prune(problem), problem.gain_without_budget())


def prune(problem: Problem) -> IntArray:
    """(kinds, 6) counts that §5.2 comes to."""
    counts = np.zeros_like(problem.all_at_level_0())
    counts[:, HIGHEST_LEVEL] = problem.sizes
    while True:
        counts = _meet_budget(problem, counts)
        idle = np.where(problem.gains[:, 1:] > 0, 0, counts[:, 1:])
        if not idle.any():
            return counts
        counts[:, 1:] -= idle
        counts[:, :-1] += idle


def _meet_budget(problem: Problem, start: IntArray) -> IntArray:
    """Step the frame down whose last step gained least, P[κ] − P[κ−1], one after another."""
    costs, nested = problem.costs, problem.costs.execution == "staged"
    tables, batches = costs.tables.tolist(), costs.batches(start.sum(axis=0)).tolist()
    steps, counts = np.diff(problem.gains, axis=1).tolist(), start.tolist()
    heap = [(steps[kind][level - 1], kind, level) for kind, level in np.argwhere(start).tolist() if level > 0]
    heapq.heapify(heap)
    while heap and sum(map(list.__getitem__, tables, batches), costs.base_ms) > problem.budget_ms:
        _, kind, level = heap[0]
        counts[kind][level] -= 1
        counts[kind][level - 1] += 1
        batches[level] -= 1
        batches[level - 1] += not nested
        if counts[kind][level] == 0:
            heapq.heappop(heap)
        if level > 1 and counts[kind][level - 1] == 1:
            heapq.heappush(heap, (steps[kind][level - 2], kind, level - 1))
    return np.array(counts, np.int64).reshape(start.shape)
