"""What the clock teaches: factors that follow the machine, with a margin where it is unsteady."""

import numpy as np
import pytest

from tests.scheduling.windows import latency_rows
from turbo_cli.scheduling.correction import Correction
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
    corrected = correction.apply(LATENCY)
    assert corrected.ms("encode", 4) == pytest.approx(1.3 * LATENCY.ms("encode", 4), rel=1e-3)
    assert corrected.ms("head", 4) == LATENCY.ms("head", 4)


def test_an_unsteady_machine_gets_a_margin_that_most_measurements_keep() -> None:
    random = np.random.default_rng(0)
    correction, kept = Correction(), []
    for ratio in random.normal(1.2, 0.1, 2000):
        kept.append(10 * ratio <= correction.apply(LATENCY).ms("head", 1) / LATENCY.ms("head", 1) * 10)
        correction = correction.observe("head", 10, 10 * ratio)
    assert 0.9 < np.mean(kept[100:]) < 1


def test_no_piece_is_faster_than_what_has_just_run() -> None:
    corrected = Correction().observe("encode", 10, 300).apply(LATENCY, pace=2.0)
    assert corrected.ms("head", 4) == 2 * LATENCY.ms("head", 4)
    assert corrected.ms("encode", 4) > 2 * LATENCY.ms("encode", 4)
