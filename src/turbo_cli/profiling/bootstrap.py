"""Average precision of many resamples of the frames at once, and the intervals that they give."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from turbo_cli.metrics import IOUS, Matches

FloatArray = NDArray[np.float64]

RECALLS = np.linspace(0, 1, 101)
"""The recalls at which pycocotools reads the precision."""

CONFIDENCE = 0.95

CHUNK = 32
"""Resamples at a time, so that the curves stay in the processor's cache."""


@dataclass(frozen=True)
class Interval:
    """A score and its 95 % bootstrap interval; NaN where there is nothing to score."""

    value: float
    low: float
    high: float


def resample(frames: int, count: int, seed: int) -> FloatArray:
    """(count, frames) times that each frame is drawn, when as many are drawn as there are."""
    if not frames:
        return np.zeros((count, 0))
    shares = np.full(frames, 1 / frames)
    weights: FloatArray = np.random.default_rng(seed).multinomial(frames, shares, size=count).astype(float)
    return weights


def interval(value: float, resampled: FloatArray) -> Interval:
    """The percentile interval of the (R,) scores of resamples, those that have one."""
    known = resampled[np.isfinite(resampled)]
    if np.isnan(value) or not len(known):
        return Interval(value, np.nan, np.nan)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(known, (tail, 1 - tail)).tolist()
    return Interval(value, low, high)


def average_precisions(matches: Mapping[str, Matches], weights: FloatArray) -> FloatArray:
    """(R, classes, 2) map and AP50 with each frame counted as often as (R, frames) `weights` say.

    With weight 1 for some frames and 0 for the rest it is what pycocotools gives for those frames; NaN for a
    class without ground truth in them.
    """
    by_class = [_of_class(of_class, weights) for of_class in matches.values()]
    return np.stack(by_class, axis=1) if by_class else np.zeros((len(weights), 0, 2))


def mean_over_classes(precisions: FloatArray) -> FloatArray:
    """(R, classes, 2) → (R, 2), over the classes that have ground truth; NaN where none has."""
    known = np.isfinite(precisions)
    counts = known.sum(axis=1)
    sums = np.where(known, precisions, 0).sum(axis=1)
    means = np.full(counts.shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


def _of_class(matches: Matches, weights: FloatArray) -> FloatArray:
    """(R, 2) map and AP50 of one class."""
    truth = weights @ matches.truth
    curves = [_Curve.of(matches, iou) for iou in range(IOUS)]
    result = np.full((len(weights), 2), np.nan)
    for start in range(0, len(weights), CHUNK):
        chunk = slice(start, start + CHUNK)
        by_iou = np.array([curve.average_precision(weights[chunk], truth[chunk]) for curve in curves])
        result[chunk, 0], result[chunk, 1] = by_iou.mean(axis=0), by_iou[0]
    result[truth == 0] = np.nan
    return result


@dataclass(frozen=True, eq=False)
class _Curve:
    """One precision-recall curve, stepping from hit to hit: only there does recall rise.

    frames: (hits,) of each hit. misses: (hits, frames) false positives between a hit and the one before.
    """

    frames: NDArray[np.int64]
    misses: csr_array

    @staticmethod
    def of(matches: Matches, iou: int) -> "_Curve":
        counted, hits = matches.counted[iou], matches.hits[iou]
        hit, miss = np.flatnonzero(counted & hits), np.flatnonzero(counted & ~hits)
        step = np.searchsorted(hit, miss)
        reached = step < len(hit)
        place = (step[reached], matches.frames[miss[reached]])
        ones = np.ones(reached.sum())
        return _Curve(matches.frames[hit], csr_array((ones, place), shape=(len(hit), len(matches.truth))))

    def average_precision(self, weights: FloatArray, truth: FloatArray) -> FloatArray:
        """(R,) area under the falling envelope, read at 101 recalls; (R, frames) weights, (R,) truth."""
        hits = weights[:, self.frames].cumsum(axis=1)
        misses = (self.misses @ weights.T).T.cumsum(axis=1)
        precision = hits / np.maximum(hits + misses, np.finfo(float).tiny)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        # Beyond the last hit no recall is reached, and the precision is 0.
        envelope = np.pad(envelope, ((0, 0), (0, 1)))
        recall = hits / np.maximum(truth, 1)[:, None]
        return np.array(
            [
                row[np.searchsorted(of_row, RECALLS)].mean()
                for row, of_row in zip(envelope, recall, strict=True)
            ]
        )
