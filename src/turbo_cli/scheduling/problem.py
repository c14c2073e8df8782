"""One window as the solvers see it: frames of one kind are alike, so only their numbers matter."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from turbo_cli.errors import TurboError
from turbo_cli.scheduling.costs import Costs
from turbo_cli.scheduling.gains import LEVELS, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Problem:
    """Maximise Σ_gκ gains[g, κ] · counts[g, κ] with Σ_κ counts[g, κ] = sizes[g] within the budget.

    gains: (kinds, 6) shares of AP, level 0's are 0; a level that gains nothing is not to be chosen.
    sizes: (kinds,) frames of each kind. Solvers may take it that all frames at level 0 are within the budget.
    Raises `TurboError` for a budget that is NaN.
    """

    gains: FloatArray
    sizes: IntArray
    costs: Costs
    budget_ms: float

    def __post_init__(self) -> None:
        if math.isnan(self.budget_ms):
            raise TurboError("budget: nan is not a number of milliseconds")

    def all_at_level_0(self) -> IntArray:
        """(kinds, 6) counts of the plan that enhances nothing."""
        counts = np.zeros((len(self.sizes), LEVELS), np.int64)
        counts[:, 0] = self.sizes
        return counts

    def gain(self, counts: IntArray) -> float:
        """What (kinds, 6) counts gain in all."""
        return float((self.gains * counts).sum())

    def fits(self, counts: IntArray) -> bool:
        """Whether (kinds, 6) counts are within the budget."""
        return bool(self.costs.of(counts.sum(axis=0)) <= self.budget_ms)

    def gain_without_budget(self) -> float:
        """What all frames gain at their best levels: a bound for every plan."""
        return float(self.gains.max(axis=1) @ self.sizes)


@dataclass(frozen=True, eq=False)
class Solution:
    """counts: (kinds, 6) frames of each kind at each level. bound: no plan within the budget gains more."""

    counts: IntArray
    bound: float


Solver = Callable[[Problem], Solution]
