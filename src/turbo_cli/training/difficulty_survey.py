"""All frames seen at every RoI floor and threshold at once, in memory that they do not fill."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turbo_cli.artifacts.roi_scores import FrameScores
from turbo_cli.enhancement.difficulty import mean_scores
from turbo_cli.errors import TurboError

BINS = 10_000
"""Thresholds are told apart to a ten-thousandth."""

EDGES = np.arange(BINS + 1) / BINS
LEAST_SHARE = 0.1
"""Of the judged frames: a split that leaves less on either side is not considered."""

CALIBRATION_STEP = 100
"""Thresholds tried in calibration are this many bins apart: hundredths."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Survey:
    """Histograms of the frames' confidence c at each of F RoI floors.

    roi_scores: the floors. frames: (F, BINS + 2) how many frames were missed at a floor (no RoI, but ground
    truth), then how many have c from EDGES[0], from EDGES[1], …; frames that are empty are not counted.
    judged: those of them with ground truth; ap: the sum of their AP. ap_squares: sum of AP² over judged
    frames, the same at every floor.
    small_objects: how many frames with ground truth have that many small objects.
    """

    roi_scores: tuple[float, ...]
    frames: Counts
    judged: Counts
    ap: NDArray[np.float64]
    ap_squares: float
    small_objects: Counter[int]

    def hard_share(self, roi_score: float, hard_threshold: float) -> float | None:
        """Share of the frames below the threshold among those that are not empty; None if all are."""
        counts = self.frames[self.roi_scores.index(roi_score)]
        below = counts[: np.searchsorted(EDGES, hard_threshold) + 1].sum()
        return float(below / counts.sum()) if counts.any() else None

    def threshold_at(self, roi_score: float, hard_share: float) -> float:
        """The threshold with which the share of hard frames comes nearest to `hard_share`."""
        counts = self.frames[self.roi_scores.index(roi_score)]
        below = np.cumsum(counts)[: BINS + 1]
        return float(EDGES[np.argmin(np.abs(below - hard_share * counts.sum()))])

    def small_objects_at(self, hard_share: float) -> int:
        """How many small objects make a frame hard, so that the share of such frames with ground truth
        comes nearest to `hard_share`. Raises `TurboError` if no frame has a small object.
        """
        most = max(self.small_objects, default=0)
        if not most:
            raise TurboError("no frame has an object below 32×32 pixels", "use --strategy model-aware")
        wanted = hard_share * self.small_objects.total()

        def miss(least: int) -> float:
            return abs(sum(frames for small, frames in self.small_objects.items() if small >= least) - wanted)

        return min(range(1, most + 1), key=miss)


@dataclass(frozen=True)
class Separation:
    """How well one pair of floor and threshold separates the frames' AP.

    correlation: between class and AP over the judged frames, in [−1, 1] (point-biserial); its square is the
    share of AP's variance that the split explains. frames: how many were judged; hard_share: of them.
    """

    roi_score: float
    hard_threshold: float
    correlation: float
    frames: int
    hard_share: float
    hard_ap: float
    easy_ap: float


def survey_frames(rows: Iterable[FrameScores], roi_scores: Sequence[float]) -> Survey:
    """Count every frame at every one of the RoI floors."""
    floors = np.arange(len(roi_scores))
    frames, judged = (np.zeros((len(roi_scores), BINS + 2), np.int64) for _ in range(2))
    ap, ap_squares, small_objects = np.zeros(frames.shape), 0.0, Counter[int]()
    for row in rows:
        means = mean_scores(np.array(row.scores, np.float32), roi_scores)
        found = ~np.isnan(means)
        bins = np.where(found, np.searchsorted(EDGES, means, side="right"), 0)
        filled = found | bool(row.objects)
        frames[floors[filled], bins[filled]] += 1
        if row.average_precision is not None:
            judged[floors, bins] += 1
            ap[floors, bins] += row.average_precision
            ap_squares += row.average_precision**2
        if row.objects:
            small_objects[row.small_objects or 0] += 1
    return Survey(tuple(roi_scores), frames, judged, ap, ap_squares, small_objects)


def calibrate(survey: Survey) -> Separation:
    """The floor and threshold whose split correlates best with the frames' AP (of equals the first).

    Raises `TurboError` where no split with `LEAST_SHARE` of the frames on each side has easy frames with
    the higher AP.
    """
    best = max(separations(survey), key=lambda found: found.correlation, default=None)
    if best is None or best.correlation <= 0:
        raise TurboError(
            "--calibrate: no RoI floor and threshold separate frames of low AP from frames of high AP",
            "choose them by --roi-score and --hard-threshold",
        )
    return best


def separations(survey: Survey) -> Iterator[Separation]:
    """Every pair of the survey's floors and a threshold in hundredths that leaves enough on both sides."""
    total = int(survey.judged[0].sum())
    if not total:
        return
    mean = survey.ap[0].sum() / total
    deviation = np.sqrt(max(0.0, survey.ap_squares / total - mean**2))
    steps = np.arange(0, BINS + 1, CALIBRATION_STEP)
    for floor, roi_score in enumerate(survey.roi_scores):
        hard = np.cumsum(survey.judged[floor])[steps]
        hard_sum = np.cumsum(survey.ap[floor])[steps]
        for step in np.flatnonzero((hard >= LEAST_SHARE * total) & (total - hard >= LEAST_SHARE * total)):
            share = hard[step] / total
            hard_ap = hard_sum[step] / hard[step]
            easy_ap = (mean * total - hard_sum[step]) / (total - hard[step])
            spread = np.sqrt(share * (1 - share)) * (easy_ap - hard_ap)
            yield Separation(
                roi_score=roi_score,
                hard_threshold=float(EDGES[steps][step]),
                correlation=float(spread / deviation) if deviation > 1e-9 else 0.0,
                frames=total,
                hard_share=float(share),
                hard_ap=float(hard_ap),
                easy_ap=float(easy_ap),
            )
