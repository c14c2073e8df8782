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
