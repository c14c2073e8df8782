"""Buckets of gains: standard errors that hold, and shrinking that helps and never goes astray."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_cli.profiling.shrinkage import FloatVector, IntVector, bucket_means, shrink

BUCKETS = 10


def draw(
    seed: int, frames: int = 300, cameras: int = 8, camera_deviation: float = 0.0
) -> tuple[FloatVector, FloatVector, IntVector, IntVector]:
    """Smooth true gains by bucket, and frames drawn around them, few of them in the last buckets."""
    random = np.random.default_rng(seed)
    true = 0.15 * np.sin(np.linspace(0, 3, BUCKETS) + random.uniform(0, 3))
    owners = np.minimum((random.beta(1.2, 3, frames) * BUCKETS).astype(int), BUCKETS - 1)
    of_frame = random.integers(0, cameras, frames)
    offsets = random.normal(0, camera_deviation, cameras)
    return true, true[owners] + offsets[of_frame] + random.normal(0, 0.15, frames), owners, of_frame


def test_means_and_errors_of_independent_frames() -> None:
    _, gains, owners, _ = draw(0, frames=5000)
    found = bucket_means(gains, owners, np.arange(5000), BUCKETS)
    for bucket in (0, 2, 4):
        own = gains[owners == bucket]
        assert found.means[bucket] == pytest.approx(own.mean())
        assert found.errors[bucket] == pytest.approx(own.std(ddof=1) / np.sqrt(len(own)), rel=0.03)
    assert found.deviation == pytest.approx(0.15, rel=0.05)


def test_frames_of_one_camera_count_for_less_than_frames_of_many() -> None:
    _, gains, owners, cameras = draw(1, frames=2000, camera_deviation=0.1)
    alike = bucket_means(gains, owners, cameras, BUCKETS)
    independent = bucket_means(gains, owners, np.arange(2000), BUCKETS)
    # The mean of eight cameras that lie 0.1 apart is known to about 0.035, however many frames there are.
    assert np.all(alike.errors[:4] > 0.02) and np.all(independent.errors[:4] < 0.012)
    assert np.array_equal(alike.means, independent.means, equal_nan=True)


def test_few_equal_gains_are_no_certainty() -> None:
    gains = np.concatenate([np.random.default_rng(0).normal(0, 0.2, 100), [0.3, 0.3, 0.3]])
    owners = np.array([0] * 100 + [5] * 3)
    found = bucket_means(gains, owners, np.arange(103), BUCKETS)
    assert found.errors[5] > 0.08
    assert 0 < bucket_means(np.array([0.5]), np.array([2]), np.array([0]), BUCKETS).errors[2] < np.inf


@pytest.mark.parametrize("camera_deviation", [0.0, 0.1])
def test_shrunk_gains_are_nearer_to_the_truth_and_as_sure_as_they_say(camera_deviation: float) -> None:
    """Over 200 draws: smaller errors than the raw means, and 95 % intervals that hold about as often."""
    raw, shrunk, inside = [], [], []
    for seed in range(200):
        true, gains, owners, cameras = draw(seed, camera_deviation=camera_deviation)
        found = bucket_means(gains, owners, cameras, BUCKETS)
        estimate, errors = shrink(found)
        known = found.counts > 0
        raw.append(np.mean((found.means - true)[known] ** 2))
        shrunk.append(np.mean((estimate - true)[known] ** 2))
        inside.append(np.mean(np.abs(estimate - true)[known] < 1.96 * errors[known]))
    assert np.mean(shrunk) < 0.5 * np.mean(raw)
    assert 0.9 < np.mean(inside) < 0.99


def test_many_frames_keep_their_gain_and_an_empty_bucket_takes_its_neighbours() -> None:
    random = np.random.default_rng(0)
    owners = np.repeat([2, 4, 9], [4000, 4000, 2])
    gains = np.where(owners == 9, -0.5, owners / 20) + random.normal(0, 0.1, 8002)
    found = bucket_means(gains, owners, np.arange(8002), BUCKETS)
    estimate, errors = shrink(found)
    np.testing.assert_allclose(estimate[[2, 4]], [0.1, 0.2], atol=0.01)
    assert estimate[3] == pytest.approx(0.15, abs=0.01), "between its neighbours"
    assert estimate[0] == pytest.approx(estimate[2], abs=1e-9), "beyond the last one, its gain"
    assert estimate[9] > found.means[9], "two frames are drawn towards eight thousand"
    assert errors[[2, 4]].max() < 0.003 < 0.09 < errors[[0, 1, 3, 5, 6, 7, 8]].min()


@settings(max_examples=100, deadline=None)
@given(
    frames=st.lists(
        st.tuples(st.floats(-1, 1), st.integers(0, BUCKETS - 1), st.integers(0, 3)), min_size=1, max_size=40
    )
)
def test_whatever_the_frames_gains_are_finite_and_between_the_means(
    frames: list[tuple[float, int, int]],
) -> None:
    gains, owners, cameras = map(np.array, zip(*frames, strict=True))
    found = bucket_means(gains, owners, cameras, BUCKETS)
    estimate, errors = shrink(found)
    assert np.all(np.isfinite(estimate)) and np.all(np.isfinite(errors)) and np.all(errors > 0)
    assert estimate.min() >= np.nanmin(found.means) - 1e-9
    assert estimate.max() <= np.nanmax(found.means) + 1e-9
