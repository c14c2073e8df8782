"""Each pipeline's rule on scenes whose objects are known."""

import numpy as np
import pytest

from tests.pipelines.scenes import count_squares, decide_all, scene
from turbo_cli.detectors import load_detector
from turbo_cli.errors import TurboError
from turbo_cli.pipelines import PIPELINES, CameraFrame, make_pipeline
from turbo_cli.pipelines.cheap import load_cheap_detector
from turbo_cli.pipelines.glimpse import Glimpse
from turbo_cli.pipelines.noscope import NoScope
from turbo_cli.pipelines.vigil import Vigil


def test_all_sends_everything() -> None:
    assert all(decision.sent for decision in decide_all(make_pipeline("all"), [scene()] * 3))


def test_glimpse_sends_the_first_frame_and_no_still_one() -> None:
    sent = [decision.sent for decision in decide_all(Glimpse(), [scene(40)] * 5)]
    assert sent == [True, False, False, False, False]


def test_glimpse_sends_a_new_object_and_follows_it_then() -> None:
    frames = [scene(), scene(), *(scene(40 + 4 * step) for step in range(4))]
    decisions = decide_all(Glimpse(drift=0.5), frames)
    assert [decision.sent for decision in decisions] == [True, False, True, False, False, False]
    assert decisions[2].reason == "new objects: 1"


def test_glimpse_sends_when_what_it_follows_has_moved_far() -> None:
    frames = [scene(40 + 4 * step) for step in range(30)]
    decisions = decide_all(Glimpse(drift=0.01), frames)
    later = [decision.reason for decision in decisions[2:] if decision.sent]
    assert later and all(reason.startswith("changed since last sent") for reason in later)


def test_glimpse_does_not_see_noise() -> None:
    random = np.random.default_rng(0)
    noisy = [
        np.clip(scene() + random.normal(0, 12, (180, 320, 3)), 0, 255).astype(np.uint8) for _ in range(9)
    ]
    assert sum(decision.sent for decision in decide_all(Glimpse(), noisy)) == 1


def test_vigil_sends_the_frames_with_most_objects() -> None:
    frames = [scene(), scene(9), scene(9, 9), scene(9), scene(9, 9), scene(9, 9, 9)]
    decisions = decide_all(Vigil(count_squares), frames)
    assert [decision.sent for decision in decisions] == [False, True, True, False, True, True]
    assert decisions[0].reason == "no objects"
    assert decisions[3].reason == "fewer objects: 1 of 2"


def test_vigil_forgets_what_is_older_than_its_window() -> None:
    frames = [scene(9, 9), *[scene(9)] * 12]
    sent = [decision.sent for decision in decide_all(Vigil(count_squares, window_s=0.5), frames)]
    assert sent == [True, *[False] * 4, *[True] * 8]


def test_vigil_survives_a_clock_that_is_set_back() -> None:
    vigil = Vigil(count_squares)
    vigil.decide(CameraFrame("north", 0, scene(9, 9), 1e9))
    later = [vigil.decide(CameraFrame("north", 1 + i, scene(9), i / 10)).sent for i in range(30)]
    assert all(later)


def test_noscope_passes_over_what_has_not_changed() -> None:
    decisions = decide_all(NoScope(count_squares, high=0.9), [scene(9), scene(9), scene(200), scene(200)])
    assert [decision.sent for decision in decisions] == [True, False, True, False]
    assert decisions[1].reason == "unchanged"


@pytest.mark.parametrize(
    ("high", "frame", "sent", "reason"),
    [
        (0.9, scene(9), True, "uncertain: 0.78"),
        (0.6, scene(9), False, "surely understood: 0.78"),
        (0.6, scene(), False, "surely empty"),
    ],
)
def test_noscope_sends_what_the_cheap_model_is_unsure_of(
    high: float, frame: np.ndarray, sent: bool, reason: str
) -> None:
    (decision,) = decide_all(NoScope(count_squares, high=high), [frame])
    assert (decision.sent, decision.reason) == (sent, reason)
    answer = None if decision.answer is None else decision.answer.scores.tolist()
    assert answer == (None if sent else count_squares(frame).scores.tolist())


@pytest.mark.parametrize("name", PIPELINES)
def test_cameras_are_kept_apart(name: str) -> None:
    frames = [scene(40 + 4 * step, 9) for step in range(6)]
    alone = decide_all(make_pipeline(name), frames)
    both = make_pipeline(name)
    together = []
    for i, frame in enumerate(frames):
        both.decide(CameraFrame("south", i, scene(200 - 30 * i), i / 10))
        together.append(both.decide(CameraFrame("north", i, frame, i / 10)))
    assert together == alone


def test_a_camera_may_change_its_size() -> None:
    for pipeline in (Glimpse(), NoScope(count_squares)):
        decide_all(pipeline, [scene(9), scene(9)[:90]])


def test_the_cheap_detector_is_the_shipped_one() -> None:
    found, tiny = load_cheap_detector()(scene(9)), load_detector("tiny")
    images, geometry = tiny.prepare([scene(9)])
    assert found.scores.tolist() == tiny.detect(tiny.encode(images), geometry)[0].scores.tolist()


def test_an_unknown_pipeline_is_named() -> None:
    with pytest.raises(TurboError, match="did you mean 'glimpse'"):
        make_pipeline("glimps")
