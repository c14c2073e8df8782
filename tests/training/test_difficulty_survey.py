"""The survey against counting frame by frame, and calibration against numpy's correlation."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_cli.artifacts.roi_scores import FrameScores
from turbo_cli.enhancement.difficulty import classify, mean_score
from turbo_cli.errors import TurboError
from turbo_cli.training.difficulty_survey import (
    LEAST_SHARE,
    calibrate,
    separations,
    survey_frames,
)

FLOORS = (0.1, 0.3, 0.5, 0.7)

scores = st.lists(st.integers(1, 20).map(lambda twentieth: twentieth / 20), max_size=6)


@st.composite
def frames(draw: st.DrawFn) -> list[FrameScores]:
    """Frames whose scores often lie on the floors and thresholds themselves."""
    rows = []
    for index in range(draw(st.integers(1, 12))):
        objects = draw(st.none() | st.integers(0, 3))
        rows.append(_frame(index, draw(scores), objects, draw(st.floats(0, 1))))
    return rows


def _frame(index: int, found: list[float], objects: int | None = None, ap: float = 0.0) -> FrameScores:
    return FrameScores(
        camera="a",
        index=index,
        scores=tuple(found),
        objects=objects,
        small_objects=objects,
        average_precision=ap if objects else None,
    )


def _classes(rows: list[FrameScores], roi_score: float, hard_threshold: float) -> list[str]:
    means = [mean_score(np.array(row.scores, np.float32), roi_score) for row in rows]
    return [classify(mean, bool(row.objects), hard_threshold) for mean, row in zip(means, rows, strict=True)]


@settings(deadline=None)
@given(frames(), st.sampled_from(FLOORS), st.integers(0, 20).map(lambda twentieth: twentieth / 20))
def test_shares_are_those_of_counting_frame_by_frame(
    rows: list[FrameScores], roi_score: float, hard_threshold: float
) -> None:
    classes = _classes(rows, roi_score, hard_threshold)
    filled = len(classes) - classes.count("empty")
    expected = classes.count("hard") / filled if filled else None
    assert survey_frames(rows, FLOORS).hard_share(roi_score, hard_threshold) == expected


@settings(deadline=None)
@given(frames(), st.floats(0, 1))
def test_no_threshold_comes_nearer_to_the_quantile(rows: list[FrameScores], quantile: float) -> None:
    survey = survey_frames(rows, FLOORS)
    share = survey.hard_share(0.3, survey.threshold_at(0.3, quantile))
    if share is not None:
        others = [survey.hard_share(0.3, step / 200) or 0.0 for step in range(201)]
        assert abs(share - quantile) <= min(abs(other - quantile) for other in others) + 1e-9


def test_number_of_small_objects_comes_nearest_to_the_quantile() -> None:
    rows = [_frame(i, [], objects) for i, objects in enumerate([1, 1, 1, 2, 2, 3, 4, 9, 9, 9])]
    survey = survey_frames([*rows, _frame(10, [0.9], 0), _frame(11, [0.9])], FLOORS)
    assert survey.small_objects_at(0.3) == 5
    assert survey.small_objects_at(0.5) == 3
    assert survey.small_objects_at(1.0) == 1
    with pytest.raises(TurboError, match="no frame has an object below 32×32"):
        survey_frames([_frame(0, [0.5])], FLOORS).small_objects_at(0.5)


@settings(deadline=None, max_examples=50)
@given(frames())
def test_separations_are_numpys_correlations(rows: list[FrameScores]) -> None:
    judged = [row for row in rows if row.objects]
    ap = np.array([row.average_precision for row in judged])
    for found in islice(separations(survey_frames(rows, FLOORS)), None, None, 13):
        hard = np.array([name == "hard" for name in _classes(judged, found.roi_score, found.hard_threshold)])
        assert found.frames == len(judged)
        assert found.hard_share == pytest.approx(hard.mean())
        assert LEAST_SHARE <= found.hard_share <= 1 - LEAST_SHARE
        assert found.hard_ap == pytest.approx(ap[hard].mean(), abs=1e-6)
        assert found.easy_ap == pytest.approx(ap[~hard].mean(), abs=1e-6)
        if ap.std() > 1e-3:
            assert found.correlation == pytest.approx(np.corrcoef(~hard, ap)[0, 1], abs=1e-6)


def test_calibration_finds_the_floor_and_threshold_that_tell() -> None:
    """Only RoIs from 0.5 tell good frames from bad ones; below lie weak boxes at random."""
    rng = np.random.default_rng(0)
    rows = []
    for index in range(200):
        good = index % 2 == 0
        strong = rng.uniform(0.75, 0.95, 4) if good else rng.uniform(0.5, 0.7, 4)
        weak = rng.uniform(0.1, 0.45, rng.integers(0, 30))
        ap = rng.uniform(0.5, 0.9) if good else rng.uniform(0.1, 0.4)
        rows.append(_frame(index, [*strong, *weak], 4, ap))
    best = calibrate(survey_frames(rows, (0.1, 0.2, 0.3, 0.4, 0.5)))
    assert best.roi_score == 0.5
    assert 0.6 < best.hard_threshold <= 0.85
    assert best.hard_share == 0.5
    assert best.correlation > 0.85


@pytest.mark.parametrize(
    "rows",
    [
        [_frame(i, [i / 10], 1, 0.5) for i in range(1, 10)],
        [_frame(i, [i / 10], 1, 1 - i / 10) for i in range(1, 10)],
        [_frame(i, [i / 10], 0) for i in range(1, 10)],
    ],
    ids=["all the same AP", "confident frames are worse", "nothing to find"],
)
def test_what_cannot_be_calibrated_is_said(rows: list[FrameScores]) -> None:
    with pytest.raises(TurboError, match="no RoI floor and threshold separate"):
        calibrate(survey_frames(rows, (0.05,)))
