"""What is counted and how it is judged."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.small_dataset import CATEGORIES, write_street
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.serving.replay.following import assign
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.replay.report import ReplayReport, make_report
from turbo_cli.serving.replay.timetable import Shot
from turbo_cli.serving.results import Box, ResultRecord

WINDOW_MS = 500


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(write_street(tmp_path / "street"))


def record(dataset: Dataset, row: int, arrived_at: float = 0.0, **changes: Any) -> ResultRecord:
    """The true boxes of a row, done at once."""
    targets = dataset.targets(row)
    boxes = [
        Box(box_xyxy=box, category_id=number, category=CATEGORIES[number], score=0.9)
        for box, number in zip(targets.boxes_xyxy.tolist(), targets.category_ids.tolist(), strict=True)
    ]
    content = {"camera": "a", "index": row, "time": 0, "arrived_at": arrived_at, "done_at": arrived_at}
    content |= {"width": 64, "height": 48, "sent": True, "level": 0, "boxes": boxes}
    return ResultRecord.model_validate(content | changes)


def outcomes(dataset: Dataset, rows: range) -> list[Outcome]:
    return [
        Outcome(Shot("a", row, float(row)), True, float(row), record(dataset, row), row + 0.25)
        for row in rows
    ]


def judge(dataset: Dataset, played: list[Outcome]) -> ReplayReport:
    return make_report(dataset, played, WINDOW_MS, classes=None, seed=0)


def test_true_boxes_are_a_perfect_score(dataset: Dataset) -> None:
    report = judge(dataset, outcomes(dataset, range(6)))
    assert report.map and report.ap50
    assert (report.map.value, report.map.low, report.map.high) == (1, 1, 1)
    assert (report.answered, report.lost, report.dropped, report.late) == (6, 0, 0, 0)
    assert report.levels == {0: 6}
    assert report.latency_ms == pytest.approx(dict.fromkeys(("p50", "p95", "p99", "max"), 250))


def test_only_what_was_sent_is_judged(dataset: Dataset) -> None:
    report = judge(dataset, outcomes(dataset, range(3)))
    assert report.map and report.map.value == 1
    damaged = [*outcomes(dataset, range(3)), Outcome(Shot("a", 4, 4.0), False, 4.0)]
    report = judge(dataset, damaged)
    assert (report.frames, report.whole, report.lost) == (4, 3, 0)
    assert report.map and report.map.value == 1


def test_a_frame_is_dropped_or_late_but_not_both(dataset: Dataset) -> None:
    late = record(dataset, 1, done_at=2.5)
    dropped = record(dataset, 2, boxes=(), level=None, done_at=2.5, reason="no time")
    played = [
        replace(outcome, record=one)
        for outcome, one in zip(outcomes(dataset, range(1, 3)), (late, dropped), strict=True)
    ]
    report = judge(dataset, played)
    assert (report.answered, report.dropped, report.late) == (2, 1, 1)


def test_a_frame_without_boxes_shows_the_latest_ones(dataset: Dataset) -> None:
    """Frames 1 and 4 have the same truth, frame 2 another."""
    played = outcomes(dataset, range(1, 5))
    played[0] = replace(played[0], record=record(dataset, 1))
    held_back = record(dataset, 4, boxes=(), sent=False, level=None, reason="nothing moved")
    played[3] = replace(played[3], record=held_back)
    report = judge(dataset, played)
    assert report.filtered == 1
    assert report.map and report.map.value < 1
    same = [played[0], played[3]]
    after_same = judge(dataset, same)
    assert after_same.map and after_same.map.value == 1


def test_every_miss_is_counted_once(dataset: Dataset) -> None:
    played = outcomes(dataset, range(6))
    played[1] = replace(played[1], record=record(dataset, 1, level=None, boxes=(), reason="no time"))
    played[2] = replace(played[2], record=None, refusal="409 a newer frame pushed this one out")
    played[3] = replace(played[3], record=None, answered_at=None)
    played[4] = replace(played[4], record=record(dataset, 4, done_at=1.001))
    played[5] = replace(played[5], record=record(dataset, 5, done_at=0.999))
    report = judge(dataset, played)
    assert (report.answered, report.dropped, report.lost, report.late) == (4, 1, 1, 1)
    assert report.refused == {"409 a newer frame pushed this one out": 1}


def test_nothing_sent_is_no_score(dataset: Dataset) -> None:
    report = judge(dataset, [])
    assert (report.map, report.latency_ms) == (None, {})


def test_records_of_a_stream_go_to_the_frame_of_their_index_however_late(dataset: Dataset) -> None:
    """Frame 2 was damaged, frame 1 was skipped, and the service decoded 0 and 3 after all had been sent."""
    played = [Outcome(Shot("a", row, float(row)), row != 2, float(row)) for row in range(4)]
    first, last = (record(dataset, row, arrived_at=9.0) for row in (0, 3))
    last = last.model_copy(update={"index": 2})
    stranger = record(dataset, 1, arrived_at=1.5).model_copy(update={"camera": "b"})
    assign(played, [(0.3, first), (1.6, stranger), (3.3, last)])
    assert [outcome.record for outcome in played] == [first, None, None, last]
    assert played[3].answered_at == 3.3


def test_after_a_broken_connection_they_are_counted_anew(dataset: Dataset) -> None:
    """Frame 1 went with the first connection; frame 3 came too late for the next and was refused."""
    played = [Outcome(Shot("a", row, float(row)), True, float(row)) for row in range(6)]
    played[2].refusal = "nobody was connected"
    records = [
        record(dataset, row, arrived_at=row + late).model_copy(update={"index": index})
        for row, index, late in [(0, 0, 0.5), (3, 1, 0.1), (4, 2, 1.5), (5, 3, 0.9)]
    ]
    for outcome in played[3:]:
        outcome.connection = 2
    assign(played, [(9.0, one) for one in records])
    assert [outcome.record for outcome in played] == [records[0], None, None, *records[1:]]
