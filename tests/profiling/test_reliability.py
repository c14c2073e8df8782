"""AUC and calibration error on cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.profiling.reliability import area_under_curve, judge_predictions


@given(pairs=st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=30))
def test_auc_counts_pairs(pairs: list[tuple[int, bool]]) -> None:
    hard, easy = ([score for score, positive in pairs if positive is kind] for kind in (True, False))
    wins = [(one > other) + 0.5 * (one == other) for one in hard for other in easy]
    found = area_under_curve(
        np.array([score for score, _ in pairs], float), np.array([p for _, p in pairs], bool)
    )
    assert found == pytest.approx(np.mean(wins) if wins else np.nan, nan_ok=True)


def test_tenths_hold_their_frames_and_the_error_is_weighted() -> None:
    predicted = np.array([0.05, 0.95, 1.0, 0.91])
    true = np.array([0.15, 0.5, 0.8, 0.86])
    judged = judge_predictions(predicted, true, np.array([False, False, True, True]))
    assert [tenth.frames for tenth in judged.tenths] == [1, *[0] * 8, 3]
    last = judged.tenths[-1]
    assert (last.predicted, last.true, last.hard) == pytest.approx((2.86 / 3, 0.72, 2 / 3))
    assert judged.calibration_error == pytest.approx(0.25 * 0.1 + 0.75 * (2.86 / 3 - 0.72))
    assert np.isnan(judged.tenths[4].hard)


def test_no_frames_at_all_are_no_error() -> None:
    judged = judge_predictions(np.zeros(0), np.zeros(0), np.zeros(0, bool))
    assert np.isnan(judged.auc) and np.isnan(judged.calibration_error)
