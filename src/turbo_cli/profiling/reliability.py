"""How well D_f ranks frames and how true its θ′ is (Fig. 16)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

FloatVector = NDArray[np.float64]

TENTHS = 10


@dataclass(frozen=True)
class Tenth:
    """The frames with `start` ≤ θ′ < `end` (≤ 1 in the last); means and share are NaN if there are none.

    predicted, true: mean θ′ and mean θ. hard: share of the frames that are hard.
    """

    start: float
    end: float
    frames: int
    predicted: float
    true: float
    hard: float


@dataclass(frozen=True)
class Reliability:
    """D_f's quality on frames that are easy or hard.

    auc: chance that a hard frame is predicted harder than an easy one; NaN where one kind is absent.
    calibration_error: mean distance of θ′ from θ over the tenths, weighted by their frames.
    """

    auc: float
    calibration_error: float
    tenths: tuple[Tenth, ...]


def judge_predictions(
    predicted: FloatVector, difficulties: FloatVector, hard: NDArray[np.bool_]
) -> Reliability:
    """(N,) θ′ and θ in [0, 1] and whether each frame is hard."""
    owners = np.minimum((predicted * TENTHS).astype(int), TENTHS - 1)
    tenths = tuple(
        _tenth(number, predicted[owners == number], difficulties[owners == number], hard[owners == number])
        for number in range(TENTHS)
    )
    distances = [one.frames * abs(one.predicted - one.true) for one in tenths if one.frames]
    error = sum(distances) / len(predicted) if len(predicted) else float("nan")
    return Reliability(area_under_curve(predicted, hard), error, tenths)


def area_under_curve(scores: FloatVector, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties counted half; NaN where either is absent."""
    positives = int(positive.sum())
    pairs = positives * (len(positive) - positives)
    if not pairs:
        return float("nan")
    ranks = rankdata(scores)[positive].sum() - positives * (positives + 1) / 2
    return float(ranks / pairs)


def _tenth(number: int, predicted: FloatVector, true: FloatVector, hard: NDArray[np.bool_]) -> Tenth:
    means = [float(v.mean()) if len(v) else float("nan") for v in (predicted, true, hard)]
    return Tenth(number / TENTHS, (number + 1) / TENTHS, len(predicted), *means)
