"""Isotonic calibration of D_f's logits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.enhancement.calibration import Calibration, fit_calibration

PAIRS = st.lists(st.tuples(st.floats(-9, 9), st.floats(0, 1)), min_size=1, max_size=40)


@given(pairs=PAIRS, probes=st.lists(st.floats(-20, 20), min_size=2, max_size=9))
def test_predictions_fall_with_the_logit_and_stay_in_range(
    pairs: list[tuple[float, float]], probes: list[float]
) -> None:
    logits, difficulties = (np.array(column, np.float64) for column in zip(*pairs, strict=True))
    predicted = fit_calibration(logits, difficulties).predict(np.sort(np.array(probes)))
    assert np.all(np.diff(predicted) <= 1e-12)
    assert difficulties.min() - 1e-12 <= predicted.min() <= predicted.max() <= difficulties.max() + 1e-12


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from([-1.0, 0.0, 0.5]) | st.floats(-9, 9), st.floats(0, 1)), min_size=1
    )
)
def test_knots_rise_strictly_also_where_logits_tie(pairs: list[tuple[float, float]]) -> None:
    logits, difficulties = (np.array(column, np.float64) for column in zip(*pairs, strict=True))
    fitted = fit_calibration(logits, difficulties)
    assert np.all(np.diff(fitted.logits) > 0)
    assert np.all(np.diff(fitted.difficulties) <= 0)


def test_frames_of_the_same_logit_are_predicted_their_mean() -> None:
    fitted = fit_calibration(np.array([0.0, 0.0, 0.0, 2.0]), np.array([0.9, 0.8, 0.4, 0.1]))
    np.testing.assert_allclose(fitted.predict(np.array([0.0, 2.0])), [0.7, 0.1])


def test_recovers_a_falling_curve_from_noisy_frames() -> None:
    random = np.random.default_rng(0)
    logits = random.uniform(-3, 3, 4000)
    truth = 1 / (1 + np.exp(logits))
    fitted = fit_calibration(logits, np.clip(truth + random.normal(0, 0.1, 4000), 0, 1))
    probes = np.linspace(-2.5, 2.5, 21)
    np.testing.assert_allclose(fitted.predict(probes), 1 / (1 + np.exp(probes)), atol=0.06)


def test_empty_knots_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        Calibration(np.zeros(0), np.zeros(0))
