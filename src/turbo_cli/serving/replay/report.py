"""What a replay shows: how much came through, how fast, and how good it is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.metrics import Classes, evaluate
from turbo_cli.profiling.bootstrap import (
    Interval,
    average_precisions,
    interval,
    mean_over_classes,
    resample,
)
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.results import ResultRecord

RESAMPLES = 1000


@dataclass(frozen=True)
class ReplayReport:
    """Counts of frames, latencies in ms, scores in [0, 1].

    frames: in the timetable. whole: of those, sent undamaged; each is owed an answer. answered: got a record.
    refused: got another answer, by what it says. lost: neither. filtered: held back by the pipeline's filter.
    dropped: answered without boxes, for want of time. late: their boxes came more than 2 T after they had
    arrived (T to collect, T to work). levels: frames by level.
    latency_ms: from sending to answer, quantiles by name. map, ap50: over the frames that were sent whole,
    with 95 % intervals; None without labels. A frame without boxes of its own shows its camera's latest ones.
    """

    frames: int
    whole: int
    answered: int
    refused: dict[str, int]
    lost: int
    filtered: int
    dropped: int
    late: int
    levels: dict[int, int]
    latency_ms: dict[str, float]
    map: Interval | None
    ap50: Interval | None


def make_report(
    dataset: Dataset, outcomes: Sequence[Outcome], window_ms: float, classes: Classes | None, seed: int
) -> ReplayReport:
    """Count, and judge by the dataset's labels where there are some."""
    whole = [outcome for outcome in outcomes if outcome.whole]
    records = [outcome.record for outcome in whole if outcome.record]
    refused = Counter(outcome.refusal for outcome in whole if outcome.refusal)
    scores = _scores(dataset, whole, classes, seed) if dataset.labelled and whole else (None, None)
    return ReplayReport(
        frames=len(outcomes),
        whole=len(whole),
        answered=len(records),
        refused=dict(refused),
        lost=len(whole) - len(records) - refused.total(),
        filtered=sum(not record.sent for record in records),
        dropped=sum(map(_dropped, records)),
        late=sum(not _dropped(r) and (r.done_at - r.arrived_at) * 1000 > 2 * window_ms for r in records),
        levels=dict(sorted(Counter(r.level for r in records if r.level is not None).items())),
        latency_ms=_quantiles(whole),
        map=scores[0],
        ap50=scores[1],
    )


def _dropped(record: ResultRecord) -> bool:
    return record.sent and record.level is None


def shown_boxes(whole: Sequence[Outcome]) -> dict[int, Detections]:
    """By row, what a viewer saw while the frame was there; of repeated rows, the first time."""
    latest: dict[str, Detections] = {}
    shown: dict[int, Detections] = {}
    for outcome in whole:
        record, camera = outcome.record, outcome.shot.camera
        if record and record.level is not None:
            latest[camera] = _detections(record)
        shown.setdefault(outcome.shot.row, latest.get(camera, Detections.empty()))
    return shown


def _scores(
    dataset: Dataset, whole: Sequence[Outcome], classes: Classes | None, seed: int
) -> tuple[Interval, Interval]:
    shown = shown_boxes(whole)
    boxes = [shown.get(row, Detections.empty()) for row in range(len(dataset))]
    rows = sorted(shown)
    weights = np.zeros((RESAMPLES + 1, len(dataset)))
    weights[:, rows] = np.vstack([np.ones((1, len(rows))), resample(len(rows), RESAMPLES, seed)])
    matches = evaluate(dataset, boxes, classes).matches()
    values = mean_over_classes(average_precisions(matches, weights))
    return interval(float(values[0, 0]), values[1:, 0]), interval(float(values[0, 1]), values[1:, 1])


def _detections(record: ResultRecord) -> Detections:
    return Detections(
        np.array([box.box_xyxy for box in record.boxes], np.float32).reshape(-1, 4),
        np.array([box.score for box in record.boxes], np.float32),
        np.array([box.category_id for box in record.boxes], np.int64),
    )


def _quantiles(outcomes: Sequence[Outcome]) -> dict[str, float]:
    times = [(o.answered_at - o.sent_at) * 1000 for o in outcomes if o.record and o.answered_at]
    if not times:
        return {}
    names = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: float(np.quantile(times, share)) for name, share in names.items()}
