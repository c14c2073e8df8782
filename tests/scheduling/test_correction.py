"""What the clock teaches: factors that follow the machine, with a margin where it is unsteady."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scheduling.windows import latency_rows
from turbo_cli.scheduling.correction import LATEST, MARGIN, Correction, Ratio
from turbo_cli.scheduling.latency import latency_profile

LATENCY = latency_profile(latency_rows())


def test_without_measurements_the_profile_stays() -> None:
    corrected = Correction().apply(LATENCY)
    assert corrected.table("head", 8).tolist() == LATENCY.table("head", 8).tolist()
    assert Correction().observe("head", 0.0, 3.0) == Correction()


def test_a_steady_machine_is_followed_closely_and_other_pieces_are_left_alone() -> None:
    correction = Correction()
    for _ in range(200):
        correction = correction.observe("encode", 10, 13)
    careful, likely = correction.apply(LATENCY), correction.likely(LATENCY)
    assert careful.ms("encode", 4) == pytest.approx(MARGIN * 1.3 * LATENCY.ms("encode", 4))
    assert likely.ms("encode", 4) == pytest.approx(1.3 * LATENCY.ms("encode", 4))
    assert careful.ms("head", 4) == likely.ms("head", 4) == LATENCY.ms("head", 4)


def test_an_unsteady_machine_gets_a_margin_that_most_measurements_keep() -> None:
    random = np.random.default_rng(0)
    ratio, kept = Ratio(), []
    for measured in random.normal(1.2, 0.1, 2000):
        kept.append(measured <= ratio.factor)
        ratio = ratio.seen(measured)
    assert 0.9 < np.mean(kept[100:]) < 1


@given(outlier=st.floats(1.5, 1e6), steady=st.floats(0.1, 10))
def test_one_outlier_counts_for_nothing(outlier: float, steady: float) -> None:
    before = learn([steady] * LATEST)
    after = learn([steady] * LATEST + [outlier * steady])
    assert (after.factor, after.likely) == (before.factor, before.likely)


@given(
    disturbance=st.lists(st.floats(1, 1e6), min_size=1, max_size=50),
    steady=st.lists(st.floats(0.9, 1.1), min_size=LATEST, max_size=LATEST),
)
def test_a_disturbance_is_forgotten_however_bad_it_was(disturbance: list[float], steady: list[float]) -> None:
    assert learn(disturbance + steady).factor <= MARGIN * max(steady)
    assert learn(disturbance + steady[:2]).likely <= max(steady)


@given(slowness=st.floats(1.1, 1e3), steady=st.integers(0, 50))
def test_two_slow_measurements_are_believed(slowness: float, steady: int) -> None:
    slow = learn([1.0] * steady + [slowness] * 2)
    assert slow.likely == slowness
    assert slow.factor == pytest.approx(MARGIN * slowness)


def learn(measured: list[float]) -> Ratio:
    ratio = Ratio()
    for one in measured:
        ratio = ratio.seen(one)
    return ratio


def test_no_piece_is_faster_than_what_has_just_run() -> None:
    corrected = Correction().observe("encode", 10, 300).observe("encode", 10, 300).apply(LATENCY, pace=2.0)
    assert corrected.ms("head", 4) == 2 * LATENCY.ms("head", 4)
    assert corrected.ms("encode", 4) > 2 * LATENCY.ms("encode", 4)
