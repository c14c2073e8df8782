"""What a trace comes to."""

import numpy as np
import pytest

from tests.simulation.profiles import make_profile
from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.gains import LEVELS
from turbo_cli.simulation import simulate
from turbo_cli.simulation.arrivals import Arrival, GeneratedArrivals
from turbo_cli.simulation.device import Perturbation
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.summary import Tally, jain
from turbo_cli.simulation.timeline import MOST_STEPS, Timeline


def test_jain() -> None:
    assert jain([0.2, 0.2, 0.2]) == pytest.approx(1)
    assert jain([0.9, 0.0, 0.0]) == pytest.approx(1 / 3)
    assert jain([0.0, -0.1]) == 1


def test_a_trace_that_can_be_reckoned_by_hand() -> None:
    """Two frames at level 2 in one window; a third was filtered, and none comes after."""
    profile = make_profile()
    arrivals = [
        Arrival("a", 0, 0.00, 0.95, 0.95),
        Arrival("b", 0, 0.01, 0.95, 0.95),
        Arrival("b", 1, 0.02, 0.95, 0.95, sent=False, reason="unchanged"),
    ]
    trace = simulate(arrivals, profile, Policy("fixed:2", "discriminate-first"))
    summary = trace.summary()
    gain = profile.gains("detect-first").gains[9, 2]
    assert gain > 0
    assert (summary.frames, summary.sent, summary.levels) == (3, 2, (0, 0, 2, 0, 0, 0))
    assert summary.gain == pytest.approx(gain)
    pieces: tuple[Piece, ...] = ("discriminator", "encode", "head", "layer-1", "layer-2")
    busy_ms = sum(profile.latency.ms(piece, 2) for piece in pieces)
    assert summary.utilisation == pytest.approx(busy_ms / 100)
    (window,) = trace
    assert [frame.done_at_s for frame in window.frames[:2]] == pytest.approx([(100 + busy_ms) / 1000] * 2)
    assert window.frames[2].level is None and window.frames[2].difficulty is None
    assert window.plan is not None and window.plan.measured_latency_ms == pytest.approx(busy_ms)


def test_boxes_that_came_late_gain_nothing() -> None:
    """With an encoder that takes a hundred times as long as profiled, every frame is late."""
    arrivals, slow = [Arrival("a", 0, 0.0, 0.95, 0.95)], Perturbation({"encode": 100.0})
    policy = Policy("fixed:2", "discriminate-first")
    summary = simulate(arrivals, make_profile(), policy, perturbation=slow).summary()
    assert (summary.late, summary.levels[2], summary.gain) == (1, 1, 0.0)


def test_a_timeline_of_nothing_is_one_step_of_nothing() -> None:
    curves = Timeline(Tally(make_profile().gains("detect-first"), 100.0)).curves()
    assert curves.sent.tolist() == curves.gain.tolist() == curves.busy.tolist() == [0.0]


def test_the_timeline_holds_all_of_it_in_few_steps() -> None:
    profile = make_profile()
    arrivals = GeneratedArrivals("bursty", 4000, 4, 10, Difficulties(find_draw("beta:2,3")))
    timeline = Timeline(Tally(profile.gains("detect-first"), 100.0))
    for window in simulate(arrivals, profile, Policy("fixed:1")):
        timeline.add(window)
    curves, summary = timeline.curves(), timeline.tally.summary()
    assert MOST_STEPS / 2 <= len(curves.at_s) <= MOST_STEPS
    step_s = curves.at_s[1]
    assert (curves.sent * step_s).sum() == pytest.approx(4000)
    assert (curves.busy * step_s).sum() == pytest.approx(summary.utilisation * summary.seconds)
    assert curves.levels.shape == (LEVELS, len(curves.at_s))
    assert np.all(curves.levels.sum(axis=0)[curves.sent > 0] == pytest.approx(1))
