"""Which order windows run in, and the plan of each."""

from collections.abc import Sequence

import numpy as np

from turbo_cli.boxes import BoolArray
from turbo_cli.scheduling import Plan, make_plan
from turbo_cli.scheduling.costs import Order
from turbo_cli.scheduling.gains import LEVELS, GainTable
from turbo_cli.scheduling.latency import LatencyProfile
from turbo_cli.scheduling.profile import READINGS, Profile
from turbo_cli.serving.engine.clock import Clock
from turbo_cli.serving.engine.options import EngineOptions

REVIEW = 100
"""Windows after which `auto` thinks again."""

AUDIT = 25
"""Of so many windows that discriminate first, one detects first: only there the guard sees both boxes."""

NOTHING = GainTable(np.array([0.0, 1.0]), np.zeros((1, LEVELS)))
"""What enhancement gains where there is none."""


class Planning:
    """Plans windows by a profile; with None, every frame stays at level 0."""

    def __init__(self, profile: Profile | None, options: EngineOptions, clock: Clock) -> None:
        self._profile = profile
        self._options = options
        self._clock = clock
        self._gains = {
            order: profile.gains(order, options.gain) if profile else NOTHING for order in READINGS
        }
        self.order: Order = "detect-first" if options.order == "auto" else options.order

    def order_of(self, number: int, frames: float, latency: LatencyProfile, doubted: bool) -> Order:
        """The order of a window.

        frames: that a window has on average. doubted: the guard must see both sets of its boxes.
        """
        if not self._profile:
            return "detect-first"
        if self._options.order == "auto" and number % REVIEW == 0:
            self.order = self._choose(max(1, round(frames)), latency)
        audit = self._options.guards and number % AUDIT == 0
        return "detect-first" if audit or doubted else self.order

    def plan(
        self,
        order: Order,
        latency: LatencyProfile,
        difficulties: Sequence[float],
        budget_ms: float,
        allowed: BoolArray | None,
    ) -> Plan:
        """`make_plan` with the table of gains that belongs to the order."""
        return make_plan(
            self._gains[order],
            latency,
            difficulties,
            budget_ms,
            self._options.solver,
            order,
            self._options.execution,
            self._clock.now,
            allowed,
        )

    def _choose(self, frames: int, latency: LatencyProfile) -> Order:
        """The order that gains more on a window of frames as they were profiled; detect-first if alike."""
        gained = {
            order: self.plan(
                order, latency, self._typical(order, frames), self._options.window_ms, None
            ).predicted_gain
            for order in READINGS
        }
        return (
            "detect-first" if gained["detect-first"] >= gained["discriminate-first"] else "discriminate-first"
        )

    def _typical(self, order: Order, frames: int) -> list[float]:
        """Difficulties as they were distributed in the profile's frames."""
        assert self._profile
        rows = [
            row
            for row in self._profile.accuracy_table.rows
            if row.reading == READINGS[order] and row.level == 1
        ]
        rows.sort(key=lambda row: row.difficulty_from)
        counts = np.array([row.frames for row in rows], np.float64)
        shares = (counts if counts.any() else np.ones(len(rows))).cumsum()
        owners = np.searchsorted(shares / shares[-1], (np.arange(frames) + 0.5) / frames)
        middles = np.array([(row.difficulty_from + row.difficulty_to) / 2 for row in rows])
        chosen: list[float] = middles[owners].tolist()
        return chosen
