"""Scores of one way of detecting on groups of frames, with intervals and paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from turbo_cli.boxes import Detections
from turbo_cli.metrics import Classes, Labelled, Matches, evaluate
from turbo_cli.profiling.bootstrap import (
    FloatArray,
    Interval,
    average_precisions,
    interval,
    mean_over_classes,
    resample,
)

Groups = Mapping[str, NDArray[np.int64]]
"""Rows of the dataset by the group's name."""


@dataclass(frozen=True)
class Score:
    """map: AP over IoU 0.50…0.95. ap50: AP at IoU 0.50. In [0, 1], or a difference of two such."""

    map: Interval
    ap50: Interval


@dataclass(frozen=True)
class Errors:
    """Boxes at the score from which they are shown and IoU 0.5, summed over classes and frames."""

    hits: int
    false_positives: int
    false_negatives: int


@dataclass(frozen=True)
class Judgement:
    """One way of detecting on one group of frames.

    per_class: of the classes that have ground truth. gains: paired difference to other ways, by their names.
    """

    frames: int
    score: Score
    per_class: dict[str, Score]
    errors: Errors
    gains: dict[str, Score]


Judgements = dict[str, Judgement]
"""By group."""


@dataclass(frozen=True, eq=False)
class Judge:
    """Measures and compares on the same frames and the same resamples, so that differences are paired.

    resamples: how many for an interval. error_score: boxes of at least this score are shown to a user.
    """

    dataset: Labelled
    groups: Groups
    classes: Classes | None = None
    resamples: int = 1000
    error_score: float = 0.3
    seed: int = 0

    def measure(self, detections: Sequence[Detections]) -> "Measured":
        """Match what was found in each frame of the dataset."""
        return Measured(self, evaluate(self.dataset, detections, self.classes).matches())

    def compare(self, measured: "Measured", others: Mapping[str, "Measured"]) -> Judgements:
        """Judge on every group, with the gains over `others`."""
        return {group: self._judge(group, measured, others) for group in self.groups}

    def weights(self, group: str) -> FloatArray:
        """(1 + R, frames of the group): each frame once, and R resamples."""
        frames = len(self.groups[group])
        return np.vstack([np.ones((1, frames)), resample(frames, self.resamples, self.seed)])

    def _judge(self, group: str, measured: "Measured", others: Mapping[str, "Measured"]) -> Judgement:
        precisions = measured.precisions[group]
        mean = mean_over_classes(precisions)
        return Judgement(
            frames=len(self.groups[group]),
            score=_score(mean),
            per_class={
                name: _score(precisions[:, k])
                for k, name in enumerate(measured.matches)
                if np.isfinite(precisions[0, k, 0])
            },
            errors=_count_errors(measured.select(group), self.error_score),
            gains={
                name: _score(mean - mean_over_classes(other.precisions[group]))
                for name, other in others.items()
            },
        )


@dataclass(frozen=True, eq=False)
class Measured:
    """One way of detecting, matched to the ground truth by class; scores are computed when asked for."""

    judge: Judge
    matches: dict[str, Matches]

    def select(self, group: str) -> dict[str, Matches]:
        """The matches in one group of frames."""
        return {name: one.select(self.judge.groups[group]) for name, one in self.matches.items()}

    @cached_property
    def precisions(self) -> dict[str, FloatArray]:
        """By group, (1 + R, classes, 2) map and AP50 of the group itself (first) and of R resamples."""
        return {
            group: average_precisions(self.select(group), self.judge.weights(group))
            for group in self.judge.groups
        }

    @cached_property
    def by_frame(self) -> FloatArray:
        """(frames, 2) map and AP50 of each frame alone; NaN without ground truth."""
        return mean_over_classes(average_precisions(self.matches, np.eye(len(self.judge.dataset))))


def _score(scores: FloatArray) -> Score:
    """(1 + R, 2) map and AP50, the first row the frames themselves."""
    of_map, of_ap50 = (interval(float(column[0]), column[1:]) for column in scores.T)
    return Score(of_map, of_ap50)


def _count_errors(matches: Mapping[str, Matches], score: float) -> Errors:
    hits = false_positives = truth = 0
    for of_class in matches.values():
        shown = of_class.counted[0] & (of_class.scores >= score)
        hits += int((shown & of_class.hits[0]).sum())
        false_positives += int((shown & ~of_class.hits[0]).sum())
        truth += int(of_class.truth.sum())
    return Errors(hits, false_positives, truth - hits)
