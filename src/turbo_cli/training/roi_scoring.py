"""Running the detector once over every frame, and keeping what difficulty is worked out from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from turbo_cli.artifacts import roi_scores
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.artifacts.roi_scores import LOWEST_SCORE, FrameScores, RoiScores
from turbo_cli.boxes import FloatArray, Targets, centres_inside
from turbo_cli.data import Dataset
from turbo_cli.data.fingerprint import dataset_hash
from turbo_cli.data.selection import Selection
from turbo_cli.data.statistics import SMALL_AREA
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.running import detect_frames
from turbo_cli.metrics import Classes, class_of_category, mean_average_precision
from turbo_cli.progress import Track, untracked


def score_frames(
    detector: SplitDetector,
    dataset: Dataset,
    path: Path,
    classes: Classes | None = None,
    batch_size: int = 8,
    track: Track = untracked,
) -> RoiScores:
    """The scores of every frame, from the file at `path` if it holds them, else written there.

    A run that was killed goes on behind the last frame that it finished. classes: what ground truth is
    counted and judged by, as in `metrics.evaluate`.
    """
    provenance = Provenance(
        detector=detector.name,
        detector_weights_hash=detector.weights_hash,
        settings={
            "input_size": list(detector.input_size),
            "classes": None if classes is None else {name: list(merged) for name, merged in classes.items()},
        },
        parents={dataset.path.resolve().name: dataset_hash(dataset)},
    )
    if path.exists():
        found = roi_scores.stream(path)
        if not found.provenance.unlike(provenance):
            return found
    with roi_scores.resuming(path, provenance) as writer:
        rest = Selection(dataset, tuple(range(writer.count, len(dataset))))
        for row in _score(detector, rest, classes, batch_size, track):
            writer.append(row)
            writer.flush()
    return roi_scores.stream(path)


def _score(
    detector: SplitDetector, dataset: Selection, classes: Classes | None, batch_size: int, track: Track
) -> Iterator[FrameScores]:
    counted_ids = list(
        dataset.categories if classes is None else class_of_category(dataset.categories, classes)
    )
    for i, found in enumerate(detect_frames(detector, dataset, batch_size, track)):
        frame = Selection(dataset, (i,))
        [info] = frame.frames
        scores = tuple(map(float, found.above(LOWEST_SCORE).scores.astype(str)))
        if not dataset.labelled:
            yield FrameScores(camera=info.camera, index=info.index, scores=scores)
            continue
        areas = _areas_to_find(frame.targets(0), counted_ids)
        yield FrameScores(
            camera=info.camera,
            index=info.index,
            scores=scores,
            objects=len(areas),
            small_objects=int((areas < SMALL_AREA).sum()),
            average_precision=mean_average_precision(frame, [found], classes).map if len(areas) else None,
        )


def _areas_to_find(targets: Targets, category_ids: list[int]) -> FloatArray:
    """Areas in square pixels of the boxes that the metrics count."""
    ignored = targets.ignore | centres_inside(targets.boxes_xyxy, targets.ignore_regions_xyxy)
    boxes = targets.boxes_xyxy[~ignored & np.isin(targets.category_ids, category_ids)]
    areas: FloatArray = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas
