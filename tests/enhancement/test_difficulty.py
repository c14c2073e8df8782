"""Eq. 1 and the classes of frames."""

import numpy as np
import pytest

from turbo_cli.boxes import Detections
from turbo_cli.enhancement.difficulty import classify, confidence


def scored(*scores: float) -> Detections:
    return Detections(
        np.zeros((len(scores), 4), np.float32), np.array(scores, np.float32), np.full(len(scores), 3)
    )


def test_confidence_is_the_mean_score_of_the_rois_alone() -> None:
    assert confidence(scored(0.9, 0.5, 0.1)) == pytest.approx(0.7)
    assert confidence(scored(0.9, 0.5, 0.1), roi_score=0.6) == pytest.approx(0.9)
    assert confidence(scored(0.2)) is None
    assert confidence(Detections.empty()) is None


def test_classes_follow_the_threshold_and_missed_frames_are_hard() -> None:
    assert classify(0.59, has_ground_truth=True) == "hard"
    assert classify(0.6, has_ground_truth=True) == "easy"
    assert classify(0.6, has_ground_truth=True, hard_threshold=0.7) == "hard"
    assert classify(None, has_ground_truth=True) == "hard"
    assert classify(None, has_ground_truth=False) == "empty"
