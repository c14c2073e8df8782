"""What a plan costs, by the numbers of frames at each level alone (DESIGN "Execution")."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.gains import LEVELS, FloatArray, IntArray
from turbo_cli.scheduling.latency import LAYERS, WHOLE, LatencyProfile

Order = Literal["discriminate-first", "detect-first"]
Execution = Literal["staged", "per-level"]


@dataclass(frozen=True, eq=False)
class Costs:
    """latency = base_ms + Σ_k tables[k, number of frames in batch k].

    base_ms: what every window of these frames costs, whatever the plan. tables: (6, frames + 1) ms.
    Batch k holds the frames of level ≥ k in `staged`, those of level k in `per-level` execution.
    """

    base_ms: float
    tables: FloatArray
    execution: Execution

    def batches(self, counts: ArrayLike) -> IntArray:
        """(…, 6) frames at each level → (…, 6) frames in each batch."""
        exact = np.asarray(counts, np.int64)
        return exact if self.execution == "per-level" else exact[..., ::-1].cumsum(axis=-1)[..., ::-1]

    def of(self, counts: ArrayLike) -> FloatArray:
        """(…, 6) frames at each level → (…) milliseconds, always added up in the same order."""
        batches = self.batches(counts)
        total = np.full(batches.shape[:-1], self.base_ms)
        for k in range(LEVELS):
            total = total + self.tables[k][batches[..., k]]
        return total


def window_costs(latency: LatencyProfile, frames: int, order: Order, execution: Execution) -> Costs:
    """The costs of plans for a window of so many frames.

    staged: encode and head of all frames, layer k with its stage on those of level ≥ k, and where detection
    comes first, the head once more on those that are enhanced. per-level: the frames of each level from
    encoder to boxes; where detection comes first, level 0 of all frames before. D_f of all frames where it
    comes first.
    """
    detects_first = order == "detect-first"
    if execution == "staged":
        before: list[Piece] = ["encode", "head"] if detects_first else ["discriminator", "encode"]
        costs = remaining_costs(latency, frames, order, done=0)
    else:
        before = ["level-0"] if detects_first else ["discriminator"]
        tables = np.zeros((LEVELS, frames + 1))
        for level, piece in enumerate(WHOLE):
            if piece in latency.whole_batches:  # no plan takes the others, which gain `NEVER`
                tables[level] = latency.table(piece, frames)
        if detects_first:
            tables[0] = 0
        costs = Costs(0.0, tables, execution)
    return replace(costs, base_ms=costs.base_ms + sum(latency.ms(piece, frames) for piece in before))


def remaining_costs(latency: LatencyProfile, frames: int, order: Order, done: int) -> Costs:
    """What is left of staged execution once layers 1…done and their stages ran: later ones, and the head."""
    tables = np.zeros((LEVELS, frames + 1))
    for k, piece in enumerate(LAYERS[done:], start=done + 1):
        tables[k] = latency.table(piece, frames)
    head = latency.table("head", frames)
    if order == "detect-first":
        tables[1] += head
    return Costs(0.0 if order == "detect-first" else float(head[frames]), tables, "staged")
