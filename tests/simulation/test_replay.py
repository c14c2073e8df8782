"""Pipelines over frames on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.profiling.streets import CAMERAS, make_enhancer, make_streets, write_enhancer
from tests.simulation.profiles import make_profile
from tests.small_detector import SmallDetector
from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.data.images import Frame
from turbo_cli.detectors.running import detect_batch, detect_frames
from turbo_cli.enhancement.baselines import find_baselines
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.enhancement.ladders import (
    DetectorLadder,
    EnhancerLadder,
    FrameBoxes,
    ImageLadder,
    Ladder,
    load_ladder,
)
from turbo_cli.enhancement.levels import Levels
from turbo_cli.errors import TurboError
from turbo_cli.metrics import mean_average_precision
from turbo_cli.pipelines import Decision
from turbo_cli.simulation import simulate
from turbo_cli.simulation.box_cache import detect_cached
from turbo_cli.simulation.footage import Footage
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.replay import Replay
from turbo_cli.simulation.scenario import Scenario, Setting, run_scenario


class CountingLadder:
    """Counts the frames that another ladder has to detect."""

    def __init__(self, ladder: Ladder) -> None:
        self.base, self.levels, self._ladder = ladder.base, ladder.levels, ladder
        self.training_cameras = ladder.training_cameras
        self.detected = 0

    def detect(self, frames: Sequence[Frame]) -> list[FrameBoxes]:
        self.detected += len(frames)
        return self._ladder.detect(frames)


@pytest.fixture
def streets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    return make_streets(tmp_path / "streets")


@pytest.fixture
def ladder(tmp_path: Path) -> CountingLadder:
    enhancer = make_enhancer(trained=True)
    return CountingLadder(EnhancerLadder(enhancer, write_enhancer(tmp_path / "e.safetensors", enhancer)))


def same(one: Detections, other: Detections) -> bool:
    return np.array_equal(one.boxes_xyxy, other.boxes_xyxy) and np.array_equal(one.scores, other.scores)


def test_boxes_are_kept_for_the_next_sweep(streets: Dataset, ladder: CountingLadder) -> None:
    rows = range(len(streets))
    first = detect_cached(streets, rows, ladder)
    detected = ladder.detected
    assert detected > 0
    again = detect_cached(streets, rows, ladder)
    assert ladder.detected == detected
    for row in rows:
        assert first[row].predicted_difficulty == again[row].predicted_difficulty
        assert all(same(*pair) for pair in zip(first[row].levels, again[row].levels, strict=True))
    ladder.levels = Levels(parents={"e.safetensors": "of other weights"})
    detect_cached(streets, [0], ladder)
    assert ladder.detected == detected + 1


def test_damaged_boxes_are_made_anew(streets: Dataset, ladder: CountingLadder, tmp_path: Path) -> None:
    first = detect_cached(streets, [0], ladder)[0]
    (stored,) = tmp_path.glob("cache/boxes/*/*.npz")
    whole = stored.read_bytes()
    for damaged in (b"", b"no boxes", whole[: len(whole) // 2], whole[:400] + b"?" + whole[401:]):
        stored.write_bytes(damaged)
        again = detect_cached(streets, [0], ladder)[0]
        assert all(same(*pair) for pair in zip(first.levels, again.levels, strict=True))
        assert stored.read_bytes() == whole


def test_a_ladder_detects_as_the_enhancer_runs(streets: Dataset, ladder: CountingLadder) -> None:
    enhancer = make_enhancer(trained=True)
    frames = [streets.frame(row) for row in range(3)]
    images, geometry = enhancer.detector.prepare(frames)
    boxes = ladder.detect(frames)
    for level in range(6):
        ran = enhancer.run(images, [level] * 3, geometry=geometry)
        for found, own in zip(boxes, ran, strict=True):
            np.testing.assert_allclose(found.levels[level].scores, own.scores, atol=1e-5)


def test_without_turbo_all_frames_score_as_the_detector_does(
    streets: Dataset, ladder: CountingLadder
) -> None:
    source = Footage(streets, ladder)
    outcome = run_scenario(
        Scenario(solver="fixed:3", order="detect-first"),
        lambda scenario: source.replay(scenario.pipeline, scenario.cameras, scenario.fps),
        Setting(make_profile()),
    )
    assert outcome.judged is not None
    alone = mean_average_precision(streets, list(detect_frames(SmallDetector(), streets)))
    assert outcome.judged.plain.map == pytest.approx(alone.map)
    assert outcome.judged.turbo.map != outcome.judged.plain.map
    assert outcome.summary.levels[3] > 0


def test_cameras_arrive_in_turn_and_only_as_many_as_asked_for(
    streets: Dataset, ladder: CountingLadder
) -> None:
    replay = Footage(streets, ladder).replay("all", 2, fps=4)
    arrivals = list(replay)
    assert [arrival.camera for arrival in arrivals] == list(CAMERAS[:2]) * 4
    assert [arrival.arrived_at_s for arrival in arrivals] == pytest.approx([i / 8 for i in range(8)])
    with pytest.raises(TurboError, match="has 3 cameras, not 4"):
        Footage(streets, ladder).replay("all", 4, fps=4)


def test_difficulty_is_read_with_the_rois_of_the_profile(streets: Dataset, ladder: CountingLadder) -> None:
    for roi_score in (0.05, 0.6):
        replay = Footage(streets, ladder, roi_score).replay("all", 1, fps=4)
        for live, arrival in zip(replay.frames, replay, strict=True):
            sure = confidence(replay.boxes[live.row].levels[0], roi_score)
            assert arrival.difficulty == 1 - (sure or 0.0)


def test_without_d_f_the_prediction_is_true(streets: Dataset) -> None:
    replay = Footage(streets, DetectorLadder(SmallDetector(), [SmallDetector(1)])).replay("all", 1, fps=4)
    assert all(arrival.predicted_difficulty == arrival.difficulty for arrival in replay)


def test_what_was_filtered_takes_the_last_boxes_of_its_camera(
    streets: Dataset, ladder: CountingLadder
) -> None:
    whole = Footage(streets, ladder).replay("all", 1, fps=10)
    own = Detections.empty()
    decisions = [Decision(False, ""), Decision(True, ""), Decision(False, ""), Decision(False, "sure", own)]
    replay = Replay(streets, whole.frames, decisions, whole.boxes)
    delivered = replay.delivered(simulate(replay, make_profile(), Policy("none")))
    at_level_0 = [whole.boxes[live.row].levels[0] for live in whole.frames]
    assert len(delivered[0]) == 0
    assert same(delivered[1], at_level_0[1]) and same(delivered[2], at_level_0[1])
    assert delivered[3] is own


def test_the_levels_of_the_baselines(streets: Dataset) -> None:
    small, other = SmallDetector(0), SmallDetector(1)
    frames = [streets.frame(0), streets.frame(1)]
    switching = DetectorLadder(small, [other]).detect(frames)
    assert same(switching[0].levels[0], detect_batch(small, frames)[0])
    assert same(switching[0].levels[1], detect_batch(other, frames)[0])
    assert same(switching[0].levels[5], switching[0].levels[1])
    baselines = find_baselines("gamma,stretch")
    clearer = ImageLadder(small, baselines).detect(frames)
    stretched = detect_batch(small, [baselines["stretch"](frame) for frame in frames])
    assert same(clearer[1].levels[2], stretched[1])


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        ("enhancer", "need its weights"),
        ("detector:tiny", "not enhancer, detectors"),
        ("images:a,b,c,d,e,f", "one to five"),
        ("images:all", "name one to five"),
        ("images:none", "name one to five"),
        ("images:strech", "did you mean 'stretch'"),
    ],
)
def test_levels_that_are_none(levels: str, problem: str) -> None:
    with pytest.raises(TurboError, match=problem):
        load_ladder(levels, SmallDetector(), None)
