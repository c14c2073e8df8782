"""The accuracy profile: what each level gains on frames of each difficulty, P[θ bucket, κ] (§5.1)."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from turbo_cli.artifacts.accuracy import AccuracyTable, LevelGain
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset
from turbo_cli.data.fingerprint import dataset_hash
from turbo_cli.data.selection import Selection
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.ladders import FrameBoxes, Ladder
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.metrics import Classes, evaluate, judged_categories
from turbo_cli.profiling.shrinkage import FloatVector, IntVector, bucket_means, shrink
from turbo_cli.progress import Track, untracked

EDGES = np.arange(11) / 10
"""Of the buckets of difficulty: ten of 0.1."""

TRAINED_ON = "measured on cameras that the enhancer was trained on: true gains are several times smaller"
ONE_CAMERA = "measured on one camera: the standard errors say nothing of others"


@dataclass(frozen=True, eq=False)
class FrameGains:
    """N frames with ground truth.

    gains: by level, (N,) AP above level 0's. cameras: (N,) number of each frame's. difficulties: by reading,
    (N,) in [0, 1]; `predicted` only where there is a D_f.
    """

    gains: dict[int, FloatVector]
    cameras: IntVector
    difficulties: dict[Literal["true", "predicted"], FloatVector]


def measure_gains(
    ladder: Ladder,
    dataset: Dataset,
    classes: Classes | None = None,
    *,
    roi_score: float = ROI_SCORE,
    batch_size: int = 8,
    track: Track = untracked,
) -> AccuracyTable:
    """Run every level over a labelled dataset and average the gains by bucket, for both readings of θ.

    Only cameras that were not trained on count. If there are no others they do, with a `TurboWarning`, as for
    a single camera, that stands in the metadata too (`settings.warnings`). A frame's AP is COCO's (IoU
    0.50…0.95) of that frame alone, by `classes` as in `metrics.evaluate`; frames with nothing to find stay
    out. θ is 1 − c of eq. 1 with RoIs from `roi_score` on, and D_f's θ′, if there is one. `shrinkage` says
    how buckets with few frames are drawn towards their neighbours. Raises `TurboError` without labels, or for
    unknown classes.
    """
    if not dataset.labelled:
        raise TurboError(
            f"{dataset.path}: has no labels, and no gain can be measured",
            "label it first, if need be by `turbo data label`",
        )
    judged_categories(dataset, classes)
    chosen, problems = unseen_frames(dataset, ladder.training_cameras)
    frames = _run(ladder, chosen, classes, roi_score, batch_size, track)
    provenance = Provenance(
        detector=ladder.base.name,
        detector_weights_hash=ladder.base.weights_hash,
        settings={
            "cameras": [*sorted({info.camera for info in chosen.frames})],
            "classes": None if classes is None else {name: list(merged) for name, merged in classes.items()},
            "levels": ladder.levels.name,
            "roi_score": roi_score,
            "warnings": [*problems],
        },
        parents={dataset.path.resolve().name: dataset_hash(dataset), **ladder.levels.parents},
    )
    return AccuracyTable(provenance, tuple(gain_rows(frames)))


def unseen_frames(dataset: Dataset, training_cameras: tuple[str, ...]) -> tuple[Selection, list[str]]:
    """The frames of cameras not trained on, or else all frames, and what to warn of."""
    rows = tuple(i for i, info in enumerate(dataset.frames) if info.camera not in training_cameras)
    chosen = Selection(dataset, rows or tuple(range(len(dataset))))
    problems = [] if rows else [TRAINED_ON]
    if len({info.camera for info in chosen.frames}) == 1:
        problems.append(ONE_CAMERA)
    for problem in problems:
        warnings.warn(f"{dataset.path}: {problem}", TurboWarning, stacklevel=3)
    return chosen, problems


def gain_rows(frames: FrameGains) -> Iterator[LevelGain]:
    """One row for each reading, bucket and level, shrunk and rounded to a millionth."""
    for reading, difficulties in frames.difficulties.items():
        owners = np.searchsorted(EDGES[1:-1], difficulties, side="right")
        for level in frames.gains:
            buckets = bucket_means(frames.gains[level], owners, frames.cameras, len(EDGES) - 1)
            gains, errors = shrink(buckets) if level else np.zeros((2, len(buckets.means)))
            for bucket, (gain, error) in enumerate(zip(gains.tolist(), errors.tolist(), strict=True)):
                raw = float(buckets.means[bucket])
                yield LevelGain(
                    reading,
                    float(EDGES[bucket]),
                    float(EDGES[bucket + 1]),
                    level,
                    round(gain, 6),
                    round(error, 6),
                    int(buckets.counts[bucket]),
                    "measured",
                    None if np.isnan(raw) else round(raw, 6),
                )


def _run(
    ladder: Ladder,
    dataset: Dataset,
    classes: Classes | None,
    roi_score: float,
    batch_size: int,
    track: Track,
) -> FrameGains:
    boxes = _detect(ladder, dataset, batch_size, track)
    scores = {
        level: evaluate(dataset, [own.levels[level] for own in boxes], classes).frame_scores()[:, 0]
        for level in track(range(ladder.levels.count), "matching", ladder.levels.count)
    }
    judged = np.isfinite(scores[0])
    if not judged.any():
        raise TurboError(
            f"{dataset.path}: no frame of a camera that may be measured on has anything to find",
            "add labelled frames, or name other --classes",
        )
    difficulties: dict[Literal["true", "predicted"], NDArray[np.float64]] = {
        "true": np.array([own.difficulty(roi_score) for own in boxes])[judged]
    }
    predicted = [own.predicted_difficulty for own in boxes if own.predicted_difficulty is not None]
    if predicted:
        difficulties["predicted"] = np.array(predicted)[judged]
    cameras = np.unique([info.camera for info in dataset.frames], return_inverse=True)[1]
    gains = {level: (of_level - scores[0])[judged] for level, of_level in scores.items()}
    return FrameGains(gains, cameras[judged], difficulties)


def _detect(ladder: Ladder, dataset: Dataset, batch_size: int, track: Track) -> list[FrameBoxes]:
    starts = range(0, len(dataset), batch_size)
    boxes: list[FrameBoxes] = []
    for start in track(starts, "detecting", len(starts)):
        frames = [dataset.frame(i) for i in range(start, min(start + batch_size, len(dataset)))]
        boxes += ladder.detect(frames)
    return boxes
