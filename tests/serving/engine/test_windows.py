"""Invariants of the window loop, in virtual time."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.engine.virtual import Node, keys
from turbo_cli.pipelines import CameraFrame, Decision
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.serving.engine import EngineOptions

orders = pytest.mark.parametrize("order", get_args(Order))
executions = pytest.mark.parametrize("execution", get_args(Execution))


class EveryThird:
    """Sends every third frame."""

    def decide(self, frame: CameraFrame) -> Decision:
        return Decision(frame.index % 3 == 0, "third" if frame.index % 3 == 0 else "not third")

    def forget(self, camera: str) -> None: ...


@given(
    cameras=st.integers(1, 4),
    fps=st.integers(1, 40),
    slowness=st.floats(0.2, 20),
    order=st.sampled_from(["auto", *get_args(Order)]),
    execution=st.sampled_from(get_args(Execution)),
    filtered=st.booleans(),
    broken=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_every_frame_gets_exactly_one_record(
    cameras: int, fps: int, slowness: float, order: Order, execution: Execution, filtered: bool, broken: bool
) -> None:
    node = Node(EngineOptions(order=order, execution=execution))
    if filtered:
        node.runner._pipeline = EveryThird()
    node.detector.slowness, node.detector.broken = slowness, broken
    frames = node.frames(1.0, cameras, fps)
    node.serve(frames)
    assert keys(node.records) == keys(frames)
    counts = node.figures.frames()
    assert counts.accepted == len(frames)
    assert counts.filtered == sum(filtered and frame.index % 3 != 0 for frame in frames)
    assert all((record.level is not None) <= record.sent for record in node.records)
    assert bool(node.figures.failed) == broken


@orders
@executions
def test_a_true_profile_misses_nothing_and_enhances(order: Order, execution: Execution) -> None:
    node = Node(EngineOptions(order=order, execution=execution, guards=False))
    node.serve(node.frames(4))
    counts = node.figures.frames()
    assert (counts.late, counts.dropped) == (0, 0)
    assert sum(counts.levels[1:]) > 50
    assert {record.order for record in node.records} >= {order}


@orders
def test_on_a_device_that_slows_down_plans_shrink_and_recover(order: Order) -> None:
    node = Node(EngineOptions(order=order, guards=False))
    enhanced = []
    for slowness in (1.0, 1.9, 1.0):
        node.detector.slowness = slowness
        node.serve(node.frames(3))  # in which it learns
        before = node.figures.frames()
        node.serve(node.frames(3))
        after = node.figures.frames()
        assert after.late == before.late
        enhanced.append(sum(after.levels[1:]) - sum(before.levels[1:]))
    assert enhanced[1] < 0.8 * enhanced[0]
    assert enhanced[2] > 0.9 * enhanced[0]


def test_without_correction_discriminate_first_is_late_on_a_slow_device() -> None:
    node = Node(EngineOptions(order="discriminate-first", corrects=False, guards=False))
    node.detector.slowness = 1.9
    node.serve(node.frames(2))
    assert node.figures.frames().late > 20


@given(jump=st.floats(1, 30), seed=st.integers(0, 3), corrects=st.booleans())
@settings(max_examples=20, deadline=None)
def test_detect_first_is_in_time_wherever_level_0_was(jump: float, seed: int, corrects: bool) -> None:
    """Even when the device stalls in the middle of enhancement, as no profile could have known."""
    node = Node(EngineOptions(order="detect-first", corrects=corrects, guards=False))
    detector = node.detector
    spend = detector.spend

    def stall(piece: str, frames: int) -> None:
        detector.slowness = jump if piece.startswith("layer") and detector.layers_run % 7 == seed else 1.0
        spend(piece, frames)

    detector.spend = stall  # type: ignore[method-assign]
    node.serve(node.frames(4))
    counts = node.figures.frames()
    assert any(record.level for record in node.records)
    late_windows = [report for report in node.figures.recent() if report.late]
    stalled_before = [
        report.number + 1 for report in node.figures.recent() if report.took_ms > node.options.window_ms
    ]
    assert {report.number for report in late_windows} <= set(stalled_before)
    assert counts.late <= 10 * len(stalled_before)


def test_overload_says_so_and_drops_the_oldest_of_each_camera() -> None:
    node = Node()
    node.serve([*node.frames(4, cameras=1, fps=200), *node.frames(4, cameras=3, fps=5)[20:]])
    counts = node.figures.frames()
    assert counts.dropped > 50
    assert set(counts.levels[1:]) == {0}
    steady = node.figures.recent()[5:-1]
    assert all(report.overloaded and report.dropped for report in steady)
    slow = [record for record in node.records if record.camera != "camera-0"]
    assert all(record.level == 0 for record in slow), "a camera's flood harms no other one"
    dropped = [record for record in node.records if record.level is None]
    assert {record.reason for record in dropped} == {"dropped: no time for it even at level 0"}
    assert dropped[-1].boxes, "a dropped frame has the last boxes of its camera"


@given(stalls=st.lists(st.floats(1, 100), min_size=1, max_size=8), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_drops_end_with_the_disturbance(stalls: list[float], seed: int) -> None:
    """A device on which level 0 always fits, but for some windows that may take a hundred times as long."""
    node, random = Node(EngineOptions(guards=False)), np.random.default_rng(seed)
    node.detector.unsteady = lambda: float(random.uniform(0.8, 1.5))
    node.serve(node.frames(1))
    assert node.figures.frames().dropped == 0, "not because of a little jitter"
    for node.detector.slowness in stalls:
        node.serve(node.frames(0.1))
    node.detector.slowness = 1.0
    node.serve(node.frames(0.4))
    before = node.figures.frames()
    node.serve(node.frames(6))
    after = node.figures.frames()
    assert after.dropped == before.dropped
    assert sum(after.levels[1:]) > sum(before.levels[1:]), "plans recover"


@orders
def test_late_is_said_to_be_overload_if_level_0_was_too_slow_for_it(order: Order) -> None:
    node = Node(EngineOptions(order=order, corrects=False))
    node.detector.slowness = 6.0
    node.serve(node.frames(2))
    assert all(report.overloaded for report in node.figures.recent() if report.level_0_ms > 200)
    assert any(report.overloaded and not report.dropped for report in node.figures.recent())
    node = Node(EngineOptions(order="discriminate-first", corrects=False, guards=False))
    node.detector.slowness = 1.9
    node.serve(node.frames(2))
    assert any(report.late and not report.overloaded for report in node.figures.recent()), "enhancement's own"
    for report in node.figures.recent():
        encode_and_head = sum(node.profile.latency.ms(piece, report.sent) for piece in ("encode", "head"))
        assert report.level_0_ms == pytest.approx(1.9 * encode_and_head)


def test_a_hopeless_device_still_detects_a_frame_a_window() -> None:
    node = Node()
    node.detector.slowness = 20.0
    node.serve(node.frames(2))
    served = [report.sent - report.dropped for report in node.figures.recent()]
    assert len(served) > 2 and set(served[2:]) == {1}


def test_level_0_without_an_enhancer() -> None:
    node = Node(enhanced=False)
    node.serve(node.frames(2))
    assert {record.level for record in node.records} == {0}
    assert node.figures.frames().late == 0


def test_an_error_in_enhancement_costs_no_boxes() -> None:
    node = Node(EngineOptions(order="detect-first"))
    node.enhancer.decoder.hidden = None  # type: ignore[method-assign, assignment]
    node.serve(node.frames(2))
    assert {record.level for record in node.records} == {0}
    assert node.figures.failed > 5 and "TypeError" in (node.figures.last_error or "")


def test_filtered_frames_show_the_last_boxes_of_their_camera() -> None:
    node = Node(pipeline=EveryThird())
    node.serve(node.frames(2))
    filtered = [record for record in node.records if not record.sent and record.index > 2]
    assert filtered and all(record.boxes and record.reason == "not third" for record in filtered)


def test_the_guard_sees_new_cameras_first_and_then_audits() -> None:
    node = Node(EngineOptions(order="discriminate-first", gain="mean"))
    node.detector.head.get_parameter("bias")[0] += 0.5  # boxes are confident, so that levels are proven soon
    node.serve(node.frames(11, cameras=1))
    used = [report.order for report in node.figures.recent()]
    assert set(used[:10]) == {"detect-first"}, "twenty frames"
    assert used[20:].count("detect-first") <= 3
    assert any(r.level for r in node.records if r.order == "discriminate-first"), "proven levels are used"
    node = Node(replace(node.options, guards=False))
    node.serve(node.frames(6, cameras=1))
    assert {report.order for report in node.figures.recent()} == {"discriminate-first"}
