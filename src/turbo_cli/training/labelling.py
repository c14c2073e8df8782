"""Labelling frames by how hard the detector finds them (§4.2), or by their small objects (§6.3)."""

import hashlib
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from turbo_cli.artifacts import difficulty
from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.difficulty import DifficultyClass, FrameDifficulty
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.artifacts.roi_scores import FrameScores, RoiScores
from turbo_cli.data import Dataset
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.difficulty import HARD_THRESHOLD, ROI_SCORE, classify, mean_score
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.metrics import Classes, class_of_category
from turbo_cli.progress import Track, untracked
from turbo_cli.training.difficulty_survey import Separation, Survey, calibrate, survey_frames
from turbo_cli.training.roi_scoring import score_frames

Strategy = Literal["model-aware", "model-agnostic"]

FLOORS = tuple(step / 20 for step in range(1, 15))
"""RoI floors that are surveyed: 0.05, 0.1, … 0.7."""

AGNOSTIC_QUANTILE = 0.5

FEW = 0.05
"""Of the frames that are easy or hard: a smaller share of either is warned of."""

HISTOGRAM_BINS = 20


@dataclass(frozen=True)
class Labelling:
    """The options of `turbo label-difficulty`; None: not given.

    roi_score: detections from it on are RoIs (0.3 if not given). hard_threshold: frames of less confidence
    are hard (0.6). hard_quantile: the share of frames to be hard, instead of a threshold (0.5 for
    model-agnostic). calibrate: choose floor and threshold by the frames' AP. classes: judge by these.
    Raises `TurboError` for options that contradict each other.
    """

    strategy: Strategy = "model-aware"
    roi_score: float | None = None
    hard_threshold: float | None = None
    hard_quantile: float | None = None
    calibrate: bool = False
    classes: Classes | None = None

    def __post_init__(self) -> None:
        agnostic = "--strategy model-agnostic" if self.strategy == "model-agnostic" else None
        threshold = None if self.hard_threshold is None else "--hard-threshold"
        quantile = None if self.hard_quantile is None else "--hard-quantile"
        floor = None if self.roi_score is None else "--roi-score"
        calibration = "--calibrate" if self.calibrate else None
        contradictions = [(threshold, quantile), (agnostic, threshold), (agnostic, calibration)]
        contradictions += [(calibration, floor), (calibration, threshold), (calibration, quantile)]
        for one, other in contradictions:
            if one and other:
                raise TurboError(f"{one} and {other} contradict each other", "give one of them")

    def check(self, dataset: Dataset) -> None:
        """Raise `TurboError` if an option needs labels, or a class, that the dataset has not."""
        needing = {
            "--calibrate": self.calibrate,
            "--strategy model-agnostic": self.strategy == "model-agnostic",
            "--classes": self.classes is not None,
        }
        for option, given in needing.items():
            if given and not dataset.labelled:
                raise TurboError(
                    f"{option} needs labels, and {dataset.path} has none", "see `turbo data info`"
                )
        if self.classes is not None:
            class_of_category(dataset.categories, self.classes)


@dataclass(frozen=True)
class Rule:
    """What makes a frame hard: confidence below hard_threshold, or that many small objects."""

    roi_score: float
    hard_threshold: float | None = None
    hard_small_objects: int | None = None

    def label(self, frame: FrameScores) -> FrameDifficulty:
        """The frame's row; c = 0 where no RoI was found and something was there."""
        scores = np.array(frame.scores, np.float32)
        mean = mean_score(scores, self.roi_score)
        class_ = self._classify(frame, mean)
        confidence = None if class_ == "empty" else mean or 0.0
        return FrameDifficulty(
            camera=frame.camera,
            index=frame.index,
            confidence=confidence,
            difficulty=None if confidence is None else 1 - confidence,
            rois=int((scores >= np.float32(self.roi_score)).sum()),
            class_=class_,
        )

    def _classify(self, frame: FrameScores, mean: float | None) -> DifficultyClass:
        if self.hard_threshold is not None:
            return classify(mean, bool(frame.objects), self.hard_threshold)
        if mean is None and not frame.objects:
            return "empty"
        return "hard" if (frame.small_objects or 0) >= (self.hard_small_objects or 0) else "easy"


@dataclass(frozen=True, eq=False)
class LabelledFrames:
    """What was written, in numbers.

    counts: frames by class. histogram: (2, HISTOGRAM_BINS) easy and hard frames by difficulty in equal steps
    from 0 to 1. calibration: what the pair was chosen by, with `--calibrate`.
    """

    rule: Rule
    counts: dict[DifficultyClass, int]
    histogram: NDArray[np.int64]
    survey: Survey
    calibration: Separation | None

    @property
    def edges(self) -> NDArray[np.float64]:
        """(HISTOGRAM_BINS + 1,) difficulties between the bars."""
        return np.arange(HISTOGRAM_BINS + 1) / HISTOGRAM_BINS


def scores_path(out: Path) -> Path:
    """`difficulty.csv` → `difficulty.scores.jsonl`, which a further labelling starts from."""
    return out.with_name(f"{out.stem}.scores.jsonl")


def label_frames(
    detector: SplitDetector,
    dataset: Dataset,
    out: Path,
    options: Labelling,
    batch_size: int = 8,
    track: Track = untracked,
) -> LabelledFrames:
    """Write `difficulty.csv`; the detector runs only over frames that `scores_path(out)` lacks.

    Killed at any moment, the next call goes on where this one stopped. Raises `TurboError` where labels are
    needed and missing, nothing can be told apart, or `out` cannot be written.
    """
    options.check(dataset)
    check_file(out)
    scores = score_frames(detector, dataset, scores_path(out), options.classes, batch_size, track)
    return label_scores(scores, out, options, track)


def label_scores(
    scores: RoiScores, out: Path, options: Labelling, track: Track = untracked
) -> LabelledFrames:
    """Write `difficulty.csv` from what a detector made of each frame, in two passes over its scores.

    Where hardly any frame is easy, or hardly any hard, that is a `TurboWarning`.
    """
    roi_score = ROI_SCORE if options.roi_score is None else options.roi_score
    survey = survey_frames(track(scores, "surveying"), sorted({*FLOORS, roi_score}))
    calibration = calibrate(survey) if options.calibrate else None
    rule = _rule(options, roi_score, survey, calibration)
    histogram, counts = np.zeros((2, HISTOGRAM_BINS), np.int64), Counter[DifficultyClass]()
    with difficulty.writing(out, _provenance(scores, options, rule)) as writer:
        for frame in track(scores, "labelling"):
            row = rule.label(frame)
            writer.append(row)
            counts[row.class_] += 1
            if row.difficulty is not None:
                histogram[int(row.class_ == "hard"), _bar(row.difficulty)] += 1
    by_class: dict[DifficultyClass, int] = {name: counts[name] for name in ("easy", "hard", "empty")}
    _warn_of_few(out, by_class)
    return LabelledFrames(rule, by_class, histogram, survey, calibration)


def _warn_of_few(out: Path, counts: dict[DifficultyClass, int]) -> None:
    """Stage one plays easy frames against hard ones, and D_f learns to tell them apart: it needs both."""
    rarer: DifficultyClass = "easy" if counts["easy"] < counts["hard"] else "hard"
    both = counts["easy"] + counts["hard"]
    if counts[rarer] < FEW * both:
        few = f"{out}: {counts[rarer]} of {both} frames are {rarer}, which is little to train on"
        warnings.warn(f"{few} (--hard-quantile 0.5 makes half of them hard)", TurboWarning, stacklevel=3)


def _rule(options: Labelling, roi_score: float, survey: Survey, calibration: Separation | None) -> Rule:
    if options.strategy == "model-agnostic":
        quantile = AGNOSTIC_QUANTILE if options.hard_quantile is None else options.hard_quantile
        return Rule(roi_score, hard_small_objects=survey.small_objects_at(quantile))
    if calibration:
        return Rule(calibration.roi_score, calibration.hard_threshold)
    if options.hard_quantile is not None:
        return Rule(roi_score, survey.threshold_at(roi_score, options.hard_quantile))
    return Rule(roi_score, HARD_THRESHOLD if options.hard_threshold is None else options.hard_threshold)


def _provenance(scores: RoiScores, options: Labelling, rule: Rule) -> Provenance:
    """Everything that the scores come from, and how frames were told apart."""
    made = {
        "strategy": options.strategy,
        "roi_score": rule.roi_score,
        "hard_threshold": rule.hard_threshold,
        "hard_small_objects": rule.hard_small_objects,
        "hard_quantile": options.hard_quantile,
        "calibrated": options.calibrate,
    }
    own = {scores.path.name: _sha256(scores.path)}
    return Provenance(
        detector=scores.provenance.detector,
        detector_weights_hash=scores.provenance.detector_weights_hash,
        settings={**scores.provenance.settings, **made},
        parents={**scores.provenance.parents, **own},
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bar(value: float) -> int:
    return min(int(value * HISTOGRAM_BINS), HISTOGRAM_BINS - 1)
