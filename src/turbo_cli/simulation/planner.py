"""Plans by the composition of a window, each made only once."""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from turbo_cli.scheduling import Plan, make_plan
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.gains import GainTable, Statistic
from turbo_cli.scheduling.latency import LatencyProfile

PLANS_KEPT = 1 << 16


@dataclass(frozen=True)
class Policy:
    """How windows are planned and run. gain: `lower` uses levels only where they are known to help."""

    solver: str = "turbo"
    order: Order = "detect-first"
    execution: Execution = "staged"
    gain: Statistic = "lower"


TURBO = Policy()
"""How serving does it unless told otherwise."""


class Planner:
    """`make_plan` for a policy. Frames of one bucket are alike, so windows with as many of each share a plan.

    Plans are kept as long as the latencies stay the same: a profile that was corrected does not come back.

    Budgets are rounded down to microseconds, so that sums of moments that rounding moved are no new ones,
    and none is over its deadline by the last bit.
    """

    def __init__(self, gains: GainTable, policy: Policy) -> None:
        self.gains, self.policy = gains, policy
        self._edges = gains.edges[1:-1].tolist()
        self._middles = ((gains.edges[1:] + gains.edges[:-1]) / 2).tolist()
        self._plan = lru_cache(PLANS_KEPT)(self._make_plan)
        self._latency: LatencyProfile | None = None

    def plan(self, difficulties: Sequence[float], budget_ms: float, latency: LatencyProfile) -> Plan:
        """The plan of a window whose frames have these difficulties."""
        if latency is not self._latency:
            self._plan.cache_clear()
            self._latency = latency
        rising = sorted(range(len(difficulties)), key=difficulties.__getitem__)
        buckets = tuple(bisect.bisect_right(self._edges, difficulties[row]) for row in rising)
        plan = self._plan(buckets, round_down(budget_ms), latency)
        levels = dict(zip(rising, plan.levels, strict=True))
        return replace(plan, levels=tuple(levels[row] for row in range(len(rising))))

    def _make_plan(self, buckets: tuple[int, ...], budget_ms: float, latency: LatencyProfile) -> Plan:
        middles = [self._middles[bucket] for bucket in buckets]
        policy = self.policy
        return make_plan(
            self.gains, latency, middles, budget_ms, policy.solver, policy.order, policy.execution
        )


def round_down(budget_ms: float) -> float:
    """To whole microseconds."""
    return math.floor(budget_ms * 1000) / 1000
