"""Resampled average precision against pycocotools on the same frames, drawn as often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_metrics import random_frames
from turbo_cli.metrics import evaluate, parse_classes
from turbo_cli.profiling.bootstrap import average_precisions, interval, mean_over_classes, resample

FRAMES = 24
EVALUATIONS = [evaluate(*random_frames(FRAMES, seed)) for seed in range(4)]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, len(EVALUATIONS) - 1),
    times=st.lists(st.integers(0, 3), min_size=FRAMES, max_size=FRAMES),
)
def test_integer_weights_equal_pycocotools_on_repeated_frames(seed: int, times: list[int]) -> None:
    evaluation = EVALUATIONS[seed]
    precisions = average_precisions(evaluation.matches(), np.array([times], float))
    expected = evaluation.scores(np.repeat(np.arange(FRAMES), times))
    for name, pair in zip(evaluation.matches(), precisions[0], strict=True):
        assert tuple(pair) == pytest.approx(
            expected.per_class.get(name, (np.nan, np.nan)), abs=1e-12, nan_ok=True
        )
    mean = mean_over_classes(precisions)[0]
    assert tuple(mean) == pytest.approx((expected.map, expected.ap50), abs=1e-12, nan_ok=True)


def test_merged_classes_and_each_frame_alone() -> None:
    evaluation = evaluate(*random_frames(40, seed=5), parse_classes("vehicle=car+truck"))
    alone = average_precisions(evaluation.matches(), np.eye(40))
    np.testing.assert_allclose(alone[:, 0], evaluation.frame_scores(), atol=1e-12)


def test_as_many_frames_are_drawn_as_there_are_with_replacement() -> None:
    weights = resample(9, 500, seed=1)
    assert weights.shape == (500, 9) and np.all(weights.sum(axis=1) == 9)
    assert np.all(np.abs(weights.mean(axis=0) - 1) < 0.2) and weights.max() >= 3
    assert np.array_equal(weights, resample(9, 500, seed=1))
    assert not np.array_equal(weights, resample(9, 500, seed=2))
    assert resample(0, 3, seed=1).shape == (3, 0)


def test_a_selection_of_frames_is_scored_as_pycocotools_scores_it_alone() -> None:
    evaluation, rows = EVALUATIONS[1], np.array([3, 7, 8, 20])
    chosen = {name: one.select(rows) for name, one in evaluation.matches().items()}
    found = mean_over_classes(average_precisions(chosen, np.ones((1, len(rows)))))[0]
    expected = evaluation.scores(rows)
    assert tuple(found) == pytest.approx((expected.map, expected.ap50), abs=1e-12)


def test_an_interval_covers_95_of_100_resamples_and_leaves_the_unknown_out() -> None:
    found = interval(0.5, np.concatenate([np.linspace(0, 1, 1001), [np.nan] * 50]))
    assert (found.low, found.high) == pytest.approx((0.025, 0.975))
    assert np.isnan(interval(np.nan, np.zeros(3)).low)


def test_resamples_in_several_chunks_are_those_that_pycocotools_scores() -> None:
    evaluation = EVALUATIONS[0]
    weights = resample(FRAMES, 70, seed=0)
    quick = mean_over_classes(average_precisions(evaluation.matches(), weights))
    slow = [evaluation.scores(np.repeat(np.arange(FRAMES), row.astype(int))) for row in weights]
    np.testing.assert_allclose(quick, [(one.map, one.ap50) for one in slow], atol=1e-12)
