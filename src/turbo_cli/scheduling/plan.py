"""The plan of a window: which level each frame is brought to, and what that costs and gains (§5.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from turbo_cli.boxes import BoolArray
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.costs import Execution, Order, remaining_costs, window_costs
from turbo_cli.scheduling.gains import LEVELS, NEVER, FloatArray, GainTable, IntArray
from turbo_cli.scheduling.latency import LatencyProfile
from turbo_cli.scheduling.problem import Problem, Solution
from turbo_cli.scheduling.solvers import find_solver

Clock = Callable[[], float]
"""Seconds from any moment, as `time.perf_counter`."""


@dataclass(frozen=True)
class Plan:
    """One level a frame, in the order of the difficulties.

    predicted_gain: sum over the frames, as a share of AP. bound: no plan within the budget gains more.
    solve_ms: 0 unless a clock was given. overloaded: level 0 alone is over the budget; all levels are 0.
    """

    levels: tuple[int, ...]
    predicted_latency_ms: float
    predicted_gain: float
    bound: float
    solver: str
    solve_ms: float
    overloaded: bool
    order: Order
    execution: Execution


def make_plan(
    gains: GainTable,
    latency: LatencyProfile,
    difficulties: ArrayLike,
    budget_ms: float,
    solver: str = "turbo",
    order: Order = "detect-first",
    execution: Execution = "staged",
    clock: Clock | None = None,
    allowed: ArrayLike | None = None,
) -> Plan:
    """Choose a level for each of m frames: the most gain whose predicted latency is within the budget.

    difficulties: (m,) θ (detect-first) or θ′ (discriminate-first), in [0, 1]. budget_ms: for all of the
    window's work; with too little for level 0, or none, the plan is all zeros and `overloaded`. A level
    that gains nothing is never chosen; of frames in one bucket, the harder get the higher levels. allowed:
    (m, 6) bool, the levels that each frame may be brought to besides 0; None: all. The same arguments give
    the same plan. Raises `TurboError` for difficulties or a budget that are no such numbers, and for an
    unknown solver.
    """
    values = np.asarray(difficulties, np.float64).reshape(-1)
    offered, kinds = gains.gains, gains.buckets(values)
    if allowed is not None:
        offered, kinds = _forbid(offered, kinds, np.asarray(allowed, np.bool_))
    costs = window_costs(latency, len(values), order, execution)
    problem = Problem(offered, np.bincount(kinds, minlength=len(offered)), costs, budget_ms)
    return _solve(problem, kinds, values, solver, order, clock)


def replan(
    plan: Plan,
    gains: GainTable,
    latency: LatencyProfile,
    difficulties: ArrayLike,
    done: int,
    budget_ms: float,
    clock: Clock | None = None,
) -> Plan:
    """Plan anew what is left of a staged plan when `done` layers, with their stages, have run.

    difficulties: (m,) as the plan was made from. budget_ms: what is left for the later layers and the head.
    A frame at level 0 stays there. One that left before layer `done` keeps its level or falls to 0, whose
    boxes detect-first has already; one that went through it may leave at `done` or any later layer, or fall
    to 0. predicted_latency_ms is of
    what is left alone. Raises `TurboError` for a per-level plan.
    """
    if plan.execution != "staged":
        raise TurboError(f"a {plan.execution} plan has no layers to plan anew", "use --execution staged")
    values = np.asarray(difficulties, np.float64).reshape(-1)
    levels = np.array(plan.levels, np.int64)
    left_at = np.where(levels < max(done, 1), levels, LEVELS)
    kinds, kind_of = np.unique(gains.buckets(values) * (LEVELS + 1) + left_at, return_inverse=True)
    bucket, left = np.divmod(kinds, LEVELS + 1)
    level = np.arange(LEVELS)
    reachable = np.where(left[:, None] < LEVELS, level == left[:, None], level >= done) | (level == 0)
    offered = np.where(reachable, gains.gains[bucket], NEVER)
    costs = remaining_costs(latency, len(values), plan.order, done)
    problem = Problem(offered, np.bincount(kind_of, minlength=len(kinds)), costs, budget_ms)
    return _solve(problem, kind_of, values, plan.solver, plan.order, clock)


def _forbid(gains: FloatArray, buckets: IntArray, allowed: BoolArray) -> tuple[FloatArray, IntArray]:
    """Gains by kind, and the kind of each frame: of one bucket, and allowed the same levels."""
    level = np.arange(LEVELS)
    kinds, kind_of = np.unique((buckets << LEVELS) + (allowed << level).sum(axis=1), return_inverse=True)
    may = (kinds[:, None] >> level & 1).astype(bool) | (level == 0)
    return np.where(may, gains[kinds >> LEVELS], NEVER), kind_of


def _solve(
    problem: Problem,
    kinds: IntArray,
    difficulties: FloatArray,
    solver: str,
    order: Order,
    clock: Clock | None,
) -> Plan:
    """kinds, difficulties: (m,) of each frame."""
    solve = find_solver(solver)
    begun = clock() if clock else 0.0
    overloaded = not problem.fits(problem.all_at_level_0())
    nothing_to_choose = overloaded or not len(kinds)
    solution = Solution(problem.all_at_level_0(), 0.0) if nothing_to_choose else solve(problem)
    return Plan(
        levels=tuple(_levels(solution.counts, kinds, difficulties)),
        predicted_latency_ms=float(problem.costs.of(solution.counts.sum(axis=0))),
        predicted_gain=problem.gain(solution.counts),
        bound=solution.bound,
        solver=solver,
        solve_ms=(clock() - begun) * 1000 if clock else 0.0,
        overloaded=overloaded,
        order=order,
        execution=problem.costs.execution,
    )


def _levels(counts: IntArray, kinds: IntArray, difficulties: FloatArray) -> Sequence[int]:
    """The level of each frame: within a kind, the harder frames get the higher levels."""
    rising = np.lexsort((difficulties, kinds))
    levels = np.empty(len(kinds), np.int64)
    levels[rising] = np.repeat(np.tile(np.arange(LEVELS), len(counts)), counts.reshape(-1))
    return [int(level) for level in levels]
