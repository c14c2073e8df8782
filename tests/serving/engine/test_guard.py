import numpy as np
import pytest

from tests.serving.engine.virtual import Node
from turbo_cli.boxes import Detections
from turbo_cli.serving.engine import EngineOptions
from turbo_cli.serving.engine.guard import RETRY, Guard
from turbo_cli.serving.engine.status import GuardState


def boxes(count: int, score: float = 0.8, shift: float = 0.0, category: int = 3) -> Detections:
    corners = np.array([[40.0 * i + shift, 0, 40 * i + 30 + shift, 30] for i in range(count)], np.float32)
    return Detections(
        corners.reshape(-1, 4), np.full(count, score, np.float32), np.full(count, category, np.int64)
    )


def is_on(guard: Guard, camera: str = "gate", level: int = 2) -> bool:
    return bool(guard.allowed([camera], may_judge=False)[0, level])


@pytest.mark.parametrize(
    "enhanced",
    [boxes(0), boxes(5, shift=25), boxes(5, category=1), boxes(3), boxes(5, score=0.5)],
    ids=["gone", "moved", "other class", "three of five", "much less sure"],
)
def test_a_level_that_harms_a_camera_is_switched_off_for_it(enhanced: Detections) -> None:
    guard = Guard()
    delivered = [guard.judge("gate", 2, boxes(5), enhanced) for _ in range(20)]
    assert delivered == sorted(delivered, reverse=True) and delivered[0] and not delivered[-1]
    assert not is_on(guard)
    assert is_on(guard, level=3) and is_on(guard, "yard")
    [state] = guard.states()
    assert (state.camera, state.level, state.on) == ("gate", 2, False)


@pytest.mark.parametrize(
    "enhanced",
    [boxes(5), boxes(9), boxes(5, shift=4, score=0.7), boxes(4)],
    ids=["the same", "more", "moved a little", "four of five"],
)
def test_a_level_that_does_no_harm_stays(enhanced: Detections) -> None:
    guard = Guard()
    assert all(guard.judge("gate", 2, boxes(5), enhanced) for _ in range(100))


def test_too_few_boxes_and_unsure_ones_say_nothing() -> None:
    guard = Guard()
    assert all(guard.judge("gate", 2, boxes(5, score=0.4), boxes(0)) for _ in range(100))
    assert all(guard.judge("yard", 2, boxes(1), boxes(0)) for _ in range(15))


def test_it_is_retried_on_few_frames_and_comes_back_when_it_is_good_again() -> None:
    guard = Guard()
    while guard.judge("gate", 2, boxes(5), boxes(0)):
        pass
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
    assert spoiled.figures.frames().levels[4] > 0, "at first nothing is known"
    assert {(state.level, state.on) for state in _states(spoiled)} == {(4, False)}
    assert all(record.level == 4 for record in harmless.records[-80:])
    assert {(state.level, state.on) for state in _states(harmless)} == {(4, True)}


def _states(node: Node) -> tuple[GuardState, ...]:
    assert node.parts.guard
    return node.parts.guard.states()
