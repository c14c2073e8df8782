"""`paper`: the prune-and-search of §5.2."""

import heapq

import numpy as np

from turbo_cli.scheduling.gains import HIGHEST_LEVEL, IntArray
from turbo_cli.scheduling.problem import Problem, Solution


def paper(problem: Problem) -> Solution:
    """Start from the highest level everywhere and step single frames down until the budget is met.

    §5.2 takes gains to rise with the level. Where they do not, frames that would gain nothing go on down.
    """
    counts = np.zeros_like(problem.all_at_level_0())
    counts[:, HIGHEST_LEVEL] = problem.sizes
    while True:
        counts = _prune(problem, counts)
        idle = np.where(problem.gains[:, 1:] > 0, 0, counts[:, 1:])
        if not idle.any():
            return Solution(counts, problem.gain_without_budget())
        counts[:, 1:] -= idle
        counts[:, :-1] += idle


def _prune(problem: Problem, start: IntArray) -> IntArray:
    """Step the frame down whose last step gained least, P[κ] − P[κ−1], one after another."""
    steps = np.diff(problem.gains, axis=1).tolist()
    counts, at_level = start.tolist(), start.sum(axis=0)
    heap = [
        (steps[kind][level - 1], kind, level)
        for kind, row in enumerate(counts)
        for level in range(1, HIGHEST_LEVEL + 1)
        if row[level]
    ]
    heapq.heapify(heap)
    while heap and problem.costs.of(at_level) > problem.budget_ms:
        _, kind, level = heap[0]
        counts[kind][level] -= 1
        counts[kind][level - 1] += 1
        at_level[level] -= 1
        at_level[level - 1] += 1
        if counts[kind][level] == 0:
            heapq.heappop(heap)
        if level > 1 and counts[kind][level - 1] == 1:
            heapq.heappush(heap, (steps[kind][level - 2], kind, level - 1))
    return np.array(counts, np.int64).reshape(start.shape)
