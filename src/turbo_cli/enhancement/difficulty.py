"""How hard a frame is for a detector: eq. 1, and the classes that training is fed with (§4.2)."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from turbo_cli.boxes import Detections, FloatArray

ROI_SCORE = 0.3
HARD_THRESHOLD = 0.6

DifficultyClass = Literal["easy", "hard", "empty"]


def confidence(detections: Detections, roi_score: float = ROI_SCORE) -> float | None:
    """c of eq. 1: the mean score in [0, 1] of the RoIs, or None where no score reaches `roi_score`."""
    return mean_score(detections.scores, roi_score)


def mean_score(scores: FloatArray, roi_score: float) -> float | None:
    """Eq. 1 for the (N,) scores of a frame's final detections."""
    mean = float(mean_scores(scores, [roi_score])[0])
    return None if np.isnan(mean) else mean


def mean_scores(scores: FloatArray, roi_scores: Sequence[float]) -> NDArray[np.float64]:
    """Eq. 1 at each of (F,) RoI floors; NaN where none of the (N,) scores reaches it."""
    # In float32, as the scores are: one that was printed as 0.7 reaches the floor 0.7.
    counted = scores >= np.asarray(roi_scores, np.float32)[:, None]
    counts = counted.sum(axis=1)
    means: NDArray[np.float64] = np.full(len(counts), np.nan)
    np.divide(counted @ scores.astype(np.float64), counts, out=means, where=counts > 0)
    return means


def classify(
    mean_score: float | None, has_ground_truth: bool, hard_threshold: float = HARD_THRESHOLD
) -> DifficultyClass:
    """Hard below the threshold, else easy; without RoIs, hard if there is something to find, else empty."""
    if mean_score is None:
        return "hard" if has_ground_truth else "empty"
    return "hard" if mean_score < hard_threshold else "easy"
