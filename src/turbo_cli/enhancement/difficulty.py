"""How hard a frame is for a detector: eq. 1, and the classes that training is fed with (§4.2)."""

from typing import Literal

import numpy as np

from turbo_cli.boxes import Detections

ROI_SCORE = 0.3
HARD_THRESHOLD = 0.6

DifficultyClass = Literal["easy", "hard", "empty"]


def confidence(detections: Detections, roi_score: float = ROI_SCORE) -> float | None:
    """c of eq. 1: the mean score in [0, 1] of the RoIs, or None where no score reaches `roi_score`."""
    scores = detections.scores[detections.scores >= roi_score]
    return float(scores.mean(dtype=np.float64)) if len(scores) else None


def classify(
    mean_score: float | None, has_ground_truth: bool, hard_threshold: float = HARD_THRESHOLD
) -> DifficultyClass:
    """Hard below the threshold, else easy; without RoIs, hard if there is something to find, else empty."""
    if mean_score is None:
        return "hard" if has_ground_truth else "empty"
    return "hard" if mean_score < hard_threshold else "easy"
