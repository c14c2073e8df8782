"""`exact`: the optimum, proven by a mixed-integer program (HiGHS)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from turbo_cli.errors import TurboError
from turbo_cli.scheduling.gains import LEVELS
from turbo_cli.scheduling.problem import Problem, Solution

MOST_FRAMES = 128
"""More would take minutes."""

SCALE = 1e4
"""HiGHS stops within 1e-6 of the optimum; with the gains so many times larger, that is nothing."""


def solve(problem: Problem) -> Solution:
    """Frames x[g, κ] of kind g at level κ, and y[k, n], 1 where batch k holds n frames.

    Raises `TurboError` for more than 128 frames.
    """
    frames = int(problem.sizes.sum())
    if frames > MOST_FRAMES:
        raise TurboError(f"solver exact: {frames} frames are too many (most: {MOST_FRAMES})", "use turbo")
    offered = (problem.gains > 0) | (np.arange(LEVELS) == 0)
    most = np.where(offered, problem.sizes[:, None], 0).ravel()
    value = np.concatenate([SCALE * problem.gains.ravel(), np.zeros(LEVELS * (frames + 1))])
    upper = np.concatenate([most, np.ones(LEVELS * (frames + 1))])
    constraints = _constraints(problem, frames)
    while True:
        found = milp(
            -value,
            integrality=np.ones_like(value),
            bounds=Bounds(0, upper),
            constraints=constraints,
            options={"mip_rel_gap": 0},
        )
        counts = np.rint(found.x[: most.size]).astype(np.int64).reshape(-1, LEVELS)
        if problem.fits(counts):
            return Solution(counts, problem.gain(counts))
        # Over the budget by less than HiGHS resolves: batches of just these sizes are ruled out.
        batches = np.append(np.zeros(most.size), np.rint(found.x[most.size :]))
        constraints.append(LinearConstraint(batches[None], ub=LEVELS - 1))


def _constraints(problem: Problem, frames: int) -> list[LinearConstraint]:
    """Each frame at one level, each batch of one size, which is the number of its frames; the budget."""
    kinds = len(problem.sizes)
    of_kind = np.kron(np.eye(kinds), np.ones(LEVELS))
    of_batch = np.kron(np.eye(LEVELS), np.ones(frames + 1))
    size = np.kron(np.eye(LEVELS), np.arange(frames + 1))
    in_batch = np.tile(problem.costs.batches(np.eye(LEVELS, dtype=np.int64)).T, kinds)
    spent = problem.costs.tables.reshape(1, -1)
    return [
        _equal(of_kind, np.zeros((kinds, of_batch.shape[1])), problem.sizes),
        _equal(np.zeros((LEVELS, of_kind.shape[1])), of_batch, np.ones(LEVELS)),
        _equal(in_batch, -size, np.zeros(LEVELS)),
        LinearConstraint(
            np.hstack([np.zeros((1, of_kind.shape[1])), spent]), ub=problem.budget_ms - problem.costs.base_ms
        ),
    ]


def _equal(x_part: NDArray[Any], y_part: NDArray[Any], right: NDArray[Any]) -> LinearConstraint:
    return LinearConstraint(np.hstack([x_part, y_part]), right, right)
