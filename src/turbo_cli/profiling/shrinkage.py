"""Mean gains of buckets of frames, and what their neighbours say about those with few frames."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]

PRIOR_DEVIATION = 0.1
"""AP by which frames' gains lie off their bucket's mean before any frame is seen; counts as one frame."""

MODERATION = 4
"""Frames that all buckets' common variance counts for beside a bucket's own."""

STEPS = np.geomspace(0.01, 0.32, 11)
"""τ: AP by which the true gains of neighbouring buckets may differ, from next to nothing to all there is."""


@dataclass(frozen=True, eq=False)
class BucketMeans:
    """Of B buckets, (B,) each. means: NaN in an empty bucket. errors: of the means, infinite in an empty one.

    deviation: of one frame's gain from its bucket's mean (standard deviation over all buckets).
    camera_error: what all buckets share, the standard error of the mean over all frames by their cameras.
    """

    counts: IntVector
    means: FloatVector
    errors: FloatVector
    deviation: float
    camera_error: float


def bucket_means(gains: FloatVector, owners: IntVector, cameras: IntVector, buckets: int) -> BucketMeans:
    """Average (N,) gains by the bucket (0…B−1) that owns each frame; cameras: (N,) the number of its camera.

    The standard error is that of independent frames or, if that is larger, that of the cameras (cluster-
    robust), because frames of one camera are alike; a bucket of one camera has only the first. A bucket's
    variance is moderated by that of all buckets, so that three equal gains do not count as certainty.
    """
    counts = np.bincount(owners, minlength=buckets)
    present = np.maximum(counts, 1)
    means = np.bincount(owners, gains, buckets) / present
    residuals = gains - means[owners]
    squares = np.bincount(owners, residuals**2, buckets)
    freedom = len(gains) - np.count_nonzero(counts)
    pooled = (squares.sum() + PRIOR_DEVIATION**2) / (freedom + 1)
    independent = (MODERATION * pooled + squares) / (MODERATION + present - 1) / present
    errors = np.sqrt(np.maximum(independent, _clustered(residuals, owners, cameras, buckets) / present**2))
    empty = counts == 0
    of_all = _clustered(residuals, np.zeros_like(owners), cameras, 1)[0]
    return BucketMeans(
        counts,
        means=np.where(empty, np.nan, means),
        errors=np.where(empty, np.inf, errors),
        deviation=float(np.sqrt(pooled)),
        camera_error=float(np.sqrt(of_all)) / len(gains),
    )


def shrink(buckets: BucketMeans) -> tuple[FloatVector, FloatVector]:
    """(B,) gains and their standard errors after each bucket has heard its neighbours (empirical Bayes).

    The true gains g are a random walk over the buckets, g[b+1] − g[b] ~ N(0, τ²), and a bucket's mean is
    y[b] ~ N(g[b], s[b]²) with standard error s[b]. Given τ the posterior has the precision
    P = diag(1/s²) + L/τ², L the path graph's Laplacian, and the mean P⁻¹(y/s²): an average of all y, weighted
    by certainty and nearness. The result is the mean and deviation over `STEPS`, each τ weighted by its
    marginal likelihood, exp(−½ ((B−1) ln τ² + ln|P| − (y/s²)ᵀP⁻¹(y/s²))).
    An empty bucket (1/s² = 0) takes its neighbours' pooled gain; its error is at least one frame's deviation.
    The buckets' noise is not independent where they hold the same cameras, so `camera_error`² is added.
    """
    known = np.isfinite(buckets.means)
    precision = np.where(known, 1 / buckets.errors**2, 0.0)
    weighed = precision * np.nan_to_num(buckets.means)
    difference = np.diff(np.eye(len(known)), axis=0)
    posteriors = np.diag(precision) + difference.T @ difference / STEPS[:, None, None] ** 2
    covariances = np.linalg.inv(posteriors)
    means = covariances @ weighed
    evidence = means @ weighed - np.linalg.slogdet(posteriors)[1] - 2 * len(difference) * np.log(STEPS)
    weights = np.exp((evidence - evidence.max()) / 2)
    weights /= weights.sum()
    gains = weights @ means
    variances = weights @ (np.diagonal(covariances, axis1=1, axis2=2) + (means - gains) ** 2)
    errors = np.sqrt(variances + buckets.camera_error**2)
    return np.clip(gains, -1, 1), np.where(known, errors, np.maximum(errors, buckets.deviation))


def _clustered(residuals: FloatVector, owners: IntVector, cameras: IntVector, buckets: int) -> FloatVector:
    """(B,) G/(G−1) Σ (a camera's summed residuals)² over a bucket's G cameras; 0 for one camera."""
    pairs, members = np.unique(np.stack([owners, cameras]), axis=1, return_inverse=True)
    sums = np.bincount(members, residuals)
    groups = np.bincount(pairs[0], minlength=buckets)
    return np.bincount(pairs[0], sums**2, buckets) * groups / np.maximum(groups - 1, 1)
