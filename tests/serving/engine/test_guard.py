import numpy as np
import pytest

from tests.serving.engine.virtual import Node
from turbo_cli.boxes import Detections
from turbo_cli.serving.engine import EngineOptions
from turbo_cli.serving.engine.guard import BLIND_FRAMES, NEW_FRAMES, RETRY, Guard
from turbo_cli.serving.engine.status import GuardState


def boxes(count: int, score: float = 0.8, shift: float = 0.0, category: int = 3) -> Detections:
    corners = np.array([[40.0 * i + shift, 0, 40 * i + 30 + shift, 30] for i in range(count)], np.float32)
    return Detections(
        corners.reshape(-1, 4), np.full(count, score, np.float32), np.full(count, category, np.int64)
    )


def is_on(guard: Guard, camera: str = "gate", level: int = 2) -> bool:
    """Whether frames may be tried at a level, but for a retry."""
    tried = [guard.allowed([camera], may_judge=True)[0, level] for _ in range(2)]
    return any(tried)


def is_proven(guard: Guard, camera: str = "gate", level: int = 2) -> bool:
    return bool(guard.allowed([camera], may_judge=False)[0, level])


@pytest.mark.parametrize(
    "enhanced",
    [boxes(0), boxes(5, shift=25), boxes(5, category=1), boxes(3), boxes(4), boxes(5, score=0.5)],
    ids=["gone", "moved", "other class", "three of five", "four of five", "much less sure"],
)
def test_a_level_that_harms_a_camera_is_switched_off_for_it(enhanced: Detections) -> None:
    guard = Guard()
    delivered = [guard.judge("gate", 2, boxes(5), enhanced) for _ in range(20)]
    assert not any(delivered[8:])
    assert not is_on(guard) and not is_proven(guard)
    assert is_on(guard, level=3) and is_on(guard, "yard")
    [state] = guard.states()
    assert (state.camera, state.level, state.on) == ("gate", 2, False)


@pytest.mark.parametrize(
    "enhanced",
    [boxes(5), boxes(9), boxes(5, shift=4, score=0.7), boxes(4, score=0.9)],
    ids=["the same", "more", "moved a little", "four of five, surer"],
)
def test_a_level_that_does_no_harm_stays(enhanced: Detections) -> None:
    guard = Guard()
    assert all(guard.judge("gate", 2, boxes(5), enhanced) for _ in range(100))
    assert is_proven(guard) and not is_proven(guard, level=3) and not is_proven(guard, "yard")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_level_comes_back_where_it_does_no_harm_any_more(count: int) -> None:
    guard = Guard()
    while is_on(guard):
        guard.judge("gate", 2, boxes(count), boxes(0))
    retries = [guard.judge("gate", 2, boxes(count), boxes(count)) for _ in range(60)]
    assert not retries[0] and retries[-1] and is_on(guard)


def test_unsure_boxes_say_nothing_and_after_long_enough_the_level_counts_as_proven() -> None:
    guard = Guard()
    delivered = [guard.judge("gate", 2, boxes(5, score=0.4), boxes(0)) for _ in range(BLIND_FRAMES)]
    assert delivered == [False] * (BLIND_FRAMES - 1) + [True]
    assert is_proven(guard)


def test_until_a_level_is_proven_frames_with_few_boxes_keep_those_of_level_0() -> None:
    guard = Guard()
    delivered = [guard.judge("gate", 2, boxes(2), boxes(2)) for _ in range(20)]
    assert not any(delivered[:9]) and all(delivered[-5:])
    assert not is_proven(guard, level=3)
    assert guard.judge("gate", 3, boxes(3), boxes(3))


def test_each_frame_of_a_proven_level_is_judged_by_itself_too() -> None:
    guard = Guard()
    for _ in range(20):
        guard.judge("gate", 2, boxes(5), boxes(5))
    assert not guard.judge("gate", 2, boxes(2), boxes(1))
    assert is_proven(guard), "one frame does not switch it off"
    assert guard.judge("gate", 2, boxes(4), boxes(3))


def test_new_cameras_and_unproven_levels_are_doubted() -> None:
    guard = Guard()
    for _ in range(NEW_FRAMES):
        assert guard.doubts(["gate"])
        guard.allowed(["gate"], may_judge=True)
    assert not guard.doubts(["gate"]) and guard.doubts(["gate", "yard"])
    guard.judge("gate", 2, boxes(5), boxes(5))
    assert guard.doubts(["gate"])
    for _ in range(5):
        guard.judge("gate", 2, boxes(5), boxes(5))
    assert not guard.doubts(["gate"]) and is_proven(guard)
    while is_on(guard):
        guard.judge("gate", 2, boxes(5), boxes(0))
    assert not guard.doubts(["gate"]), "what is off is known"


def test_it_is_retried_on_few_frames_and_comes_back_when_it_is_good_again() -> None:
    guard = Guard()
    while is_on(guard):
        guard.judge("gate", 2, boxes(5), boxes(0))
    tried = [bool(guard.allowed(["gate"], may_judge=True)[0, 2]) for _ in range(4 * RETRY)]
    assert sum(tried) == 4
    assert not guard.judge("gate", 2, boxes(5), boxes(5)), "one good frame is not enough"
    answers = [guard.judge("gate", 2, boxes(5), boxes(5)) for _ in range(50)]
    assert answers[-1] and is_on(guard)


def test_in_the_loop_a_spoiled_enhancer_ends_at_level_0_and_one_that_changes_nothing_goes_on() -> None:
    options = EngineOptions(order="detect-first", solver="fixed:4", gain="mean")
    spoiled, harmless = Node(options, trained=True), Node(options)
    for node in (spoiled, harmless):
        node.detector.head.get_parameter("bias")[0] += 0.5  # boxes are confident, frames hard enough to gain
        node.serve(node.frames(6, cameras=2))
    assert all(record.level == 0 for record in spoiled.records[-80:])
    assert {(state.level, state.on) for state in _states(spoiled)} == {(4, False)}
    assert all(record.level == 4 for record in harmless.records[-80:])
    assert {(state.level, state.on) for state in _states(harmless)} == {(4, True)}


def _states(node: Node) -> tuple[GuardState, ...]:
    assert node.parts.guard
    return node.parts.guard.states()
