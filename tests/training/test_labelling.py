"""Labelling a dataset: numbers, kills, second runs, memory."""

import os
import resource
import signal
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.artifacts.processes import in_child
from tests.artifacts.samples import PROVENANCE
from tests.small_dataset import write_street
from tests.small_detector import SmallDetector
from turbo_cli.artifacts import difficulty, roi_scores
from turbo_cli.artifacts.roi_scores import FrameScores
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.images import Frame
from turbo_cli.data.selection import Selection
from turbo_cli.detectors.running import detect_frames
from turbo_cli.enhancement.difficulty import classify, confidence
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.metrics import evaluate
from turbo_cli.training.difficulty_chart import COLORS, difficulty_chart
from turbo_cli.training.labelling import Labelling, Rule, label_frames, label_scores, scores_path

KEPT_PER_ROW = 50
"""Bytes by which the peak may grow, for the allocator's moods; a row takes some 700 in memory."""


@dataclass(frozen=True)
class Watched(Selection):
    """A dataset that notes which frames are decoded, and kills the process at one of them."""

    fatal: int | None = None
    decoded: list[int] = field(default_factory=list)

    def frame(self, index: int) -> Frame:
        if index == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.decoded.append(index)
        return super().frame(index)


def watching(dataset: Dataset, fatal: int | None = None) -> Watched:
    return Watched(dataset, tuple(range(len(dataset))), fatal)


@pytest.fixture
def street(tmp_path: Path) -> Path:
    return write_street(tmp_path / "street", frames=9)


def test_rows_are_eq_1_of_what_the_detector_finds(street: Path, tmp_path: Path) -> None:
    dataset, out = open_dataset(street), tmp_path / "difficulty.csv"
    found = list(detect_frames(SmallDetector(), dataset))
    floor = float(np.median(np.concatenate([one.scores for one in found])))
    labelled = label_frames(SmallDetector(), dataset, out, Labelling(roi_score=floor, hard_threshold=0.5))
    table = difficulty.read(out, "small", SmallDetector().weights_hash)
    for i, (row, detections) in enumerate(zip(table.rows, found, strict=True)):
        mean, something = confidence(detections, floor), len(dataset.targets(i)) > 0
        expected = 0.0 if mean is None and something else mean
        assert row.confidence == (expected and pytest.approx(expected, abs=1e-12))
        assert row.rois == len(detections.above(floor))
        assert row.class_ == classify(mean, something, 0.5)
    assert labelled.counts == {
        name: [row.class_ for row in table.rows].count(name) for name in ("easy", "hard", "empty")
    }
    assert labelled.histogram.sum() == 9 - labelled.counts["empty"]
    assert table.provenance.settings["roi_score"] == floor
    assert table.provenance.settings["hard_threshold"] == 0.5


def test_labels_are_counted_and_judged_as_the_metrics_do(street: Path, tmp_path: Path) -> None:
    dataset, out = open_dataset(street), tmp_path / "difficulty.csv"
    classes = {"vehicle": ("car",)}
    label_frames(SmallDetector(), dataset, out, Labelling(classes=classes))
    found = list(detect_frames(SmallDetector(), dataset))
    scores = evaluate(dataset, found, classes).frame_scores()[:, 0]
    rows = roi_scores.read(scores_path(out)).rows
    assert [row.objects for row in rows] == [0, *[2] * 8]
    assert [row.average_precision for row in rows] == [None if np.isnan(ap) else ap for ap in scores]
    label_frames(SmallDetector(), dataset, out, Labelling())
    both = roi_scores.read(scores_path(out)).rows
    assert [row.objects for row in both] == [0, 3, 4, 2, 3, 4, 2, 3, 4]
    assert [row.small_objects for row in both] == [0, *[2] * 8]


@given(st.lists(st.floats(0.0625, 1, width=32), max_size=5), st.none() | st.integers(0, 3))
def test_every_rule_makes_rows_that_can_be_written(found: list[float], objects: int | None) -> None:
    ap = 0.5 if objects else None
    frame = FrameScores(
        camera="a",
        index=0,
        scores=tuple(found),
        objects=objects,
        small_objects=objects,
        average_precision=ap,
    )
    aware = Rule(0.3, hard_threshold=0.6).label(frame)
    agnostic = Rule(0.3, hard_small_objects=2).label(frame)
    empty = not objects and max(found, default=0.0) < np.float32(0.3)
    assert (aware.class_ == "empty") == (agnostic.class_ == "empty") == empty
    assert aware.confidence == agnostic.confidence
    if not empty:
        assert aware.class_ == ("hard" if (aware.confidence or 0.0) < 0.6 else "easy")
        assert agnostic.class_ == ("hard" if (objects or 0) >= 2 else "easy")


@pytest.mark.parametrize("fatal", [0, 3, 8])
def test_killed_labelling_goes_on_behind_its_last_frame(fatal: int, street: Path, tmp_path: Path) -> None:
    dataset, detector = open_dataset(street), SmallDetector()
    whole, broken = tmp_path / "whole" / "difficulty.csv", tmp_path / "broken" / "difficulty.csv"
    label_frames(detector, dataset, whole, Labelling(), batch_size=1)

    def label() -> str:
        return str(label_frames(detector, watching(dataset, fatal), broken, Labelling(), batch_size=1))

    assert in_child(label)[0] == -signal.SIGKILL
    assert not broken.exists()
    watched = watching(dataset)
    label_frames(detector, watched, broken, Labelling(), batch_size=1)
    assert watched.decoded == list(range(fatal, 9))
    assert broken.read_bytes() == whole.read_bytes()
    assert scores_path(broken).read_bytes() == scores_path(whole).read_bytes()


def test_another_threshold_needs_no_detector_and_other_weights_or_labels_do(
    street: Path, tmp_path: Path
) -> None:
    watched, out = watching(open_dataset(street)), tmp_path / "difficulty.csv"
    label_frames(SmallDetector(), watched, out, Labelling(hard_threshold=0))
    assert {row.class_ for row in difficulty.read(out).rows} == {"easy"}
    watched.decoded.clear()
    label_frames(SmallDetector(), watched, out, Labelling(roi_score=0.05, hard_threshold=1))
    assert {row.class_ for row in difficulty.read(out).rows} == {"hard"}
    assert not watched.decoded
    label_frames(SmallDetector(seed=1), watched, out, Labelling())
    assert difficulty.read(out).provenance.detector_weights_hash == SmallDetector(seed=1).weights_hash
    assert watched.decoded == list(range(9))
    relabelled = watching(open_dataset(write_street(tmp_path / "other", frames=9, cars=3)))
    label_frames(SmallDetector(seed=1), relabelled, out, Labelling())
    assert relabelled.decoded == list(range(9))


def test_unlabelled_frames_are_labelled_but_not_calibrated(tmp_path: Path) -> None:
    dataset, out = open_dataset(write_street(tmp_path / "street", labelled=False)), tmp_path / "d.csv"
    labelled = label_frames(SmallDetector(), dataset, out, Labelling(roi_score=1))
    assert labelled.counts == {"easy": 0, "hard": 0, "empty": 6}
    for options in (
        Labelling(calibrate=True),
        Labelling(strategy="model-agnostic"),
        Labelling(classes={"car": ("car",)}),
    ):
        with pytest.raises(TurboError, match=r"needs labels, and .*labels\.json has none"):
            label_frames(SmallDetector(), dataset, out, options)


def test_model_agnostic_labels_by_small_objects(street: Path, tmp_path: Path) -> None:
    out = tmp_path / "difficulty.csv"
    options = Labelling(strategy="model-agnostic", roi_score=0.05)
    labelled = label_frames(SmallDetector(), open_dataset(street), out, options)
    assert labelled.rule == Rule(0.05, hard_small_objects=1)
    assert [row.class_ for row in difficulty.read(out).rows] == ["easy", *["hard"] * 8]


def test_calibrated_pair_is_used_and_recorded(tmp_path: Path) -> None:
    stream = _write_scores(tmp_path / "difficulty.scores.jsonl", 500)
    labelled = label_scores(stream, tmp_path / "difficulty.csv", Labelling(calibrate=True))
    assert labelled.calibration
    assert labelled.rule == Rule(labelled.calibration.roi_score, labelled.calibration.hard_threshold)
    settings = difficulty.read(tmp_path / "difficulty.csv").provenance.settings
    assert settings["calibrated"] is True
    assert settings["hard_threshold"] == labelled.rule.hard_threshold


def test_quantile_makes_that_share_hard(tmp_path: Path) -> None:
    stream = _write_scores(tmp_path / "difficulty.scores.jsonl", 500)
    labelled = label_scores(stream, tmp_path / "difficulty.csv", Labelling(hard_quantile=0.3))
    filled = labelled.counts["easy"] + labelled.counts["hard"]
    assert labelled.counts["hard"] / filled == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(("quantile", "rarer"), [(0.02, "hard"), (0.98, "easy")])
def test_too_few_of_either_kind_are_warned_of(tmp_path: Path, quantile: float, rarer: str) -> None:
    stream, out = _write_scores(tmp_path / "difficulty.scores.jsonl", 500), tmp_path / "difficulty.csv"
    with pytest.warns(
        TurboWarning, match=rf"difficulty\.csv: \d+ of \d+ frames are {rarer}, .*--hard-quantile"
    ):
        label_scores(stream, out, Labelling(roi_score=0.05, hard_quantile=quantile))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        label_scores(stream, out, Labelling(hard_quantile=0.3))


def test_bars_of_the_chart_have_the_areas_of_their_counts(tmp_path: Path) -> None:
    stream = _write_scores(tmp_path / "difficulty.scores.jsonl", 500)
    labelled = label_scores(stream, tmp_path / "difficulty.csv", Labelling(hard_threshold=0.5))
    picture = np.array(difficulty_chart(labelled, "a street"))[130:]
    easy, hard = (
        (picture == [int(COLORS[name][k : k + 2], 16) for k in (1, 3, 5)]).all(axis=2).sum()
        for name in ("easy", "hard")
    )
    assert easy / hard == pytest.approx(labelled.counts["easy"] / labelled.counts["hard"], rel=0.15)


def test_memory_does_not_grow_with_the_number_of_frames(tmp_path: Path) -> None:
    """Peak memory of a process after 10,000 frames, and after 100,000."""

    def label() -> str:
        peaks = []
        for frames in (10_000, 100_000):
            stream = _write_scores(tmp_path / f"{frames}.scores.jsonl", frames)
            labelled = label_scores(stream, tmp_path / f"{frames}.csv", Labelling(hard_quantile=0.3))
            assert sum(labelled.counts.values()) == frames
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        return str(peaks[1] - peaks[0])

    status, grown = in_child(label)
    assert status == 0, grown
    assert int(grown) < KEPT_PER_ROW * 90_000


def _write_scores(path: Path, frames: int) -> roi_scores.RoiScores:
    with roi_scores.resuming(path, PROVENANCE) as writer:
        for row in islice(_synthetic_scores(), frames):
            writer.append(row)
    return roi_scores.stream(path)


def _synthetic_scores() -> Iterator[FrameScores]:
    """Frames of 8 boxes whose AP goes with their scores; every tenth is empty."""
    rng = np.random.default_rng(0)
    index = 0
    while True:
        quality = rng.uniform(0.2, 1)
        found = rng.uniform(0.05, quality, 8).astype(np.float32).astype(str)
        objects = int(index % 10 > 0)
        yield FrameScores(
            camera="a",
            index=index,
            scores=tuple(map(float, found)) if objects else (),
            objects=objects,
            small_objects=0,
            average_precision=quality if objects else None,
        )
        index += 1
