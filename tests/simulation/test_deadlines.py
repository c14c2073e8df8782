"""What Turbo may never do: miss a deadline that level 0 alone would have met."""

from collections.abc import Iterable
from itertools import product
from typing import get_args

import numpy as np
import pytest

from tests.simulation.profiles import make_profile
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.profile import Profile
from turbo_cli.simulation import simulate
from turbo_cli.simulation.arrivals import ArrivalKind, GeneratedArrivals
from turbo_cli.simulation.device import TRUE, Perturbation
from turbo_cli.simulation.difficulties import Difficulties
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.summary import summarise
from turbo_cli.simulation.windows import TracedWindow

WINDOWS = 10_000
FRAMES_A_WINDOW = 7
"""Of some 12 that fit at level 0: bursts go far beyond that."""

orders = pytest.mark.parametrize("order", get_args(Order))
executions = pytest.mark.parametrize("execution", get_args(Execution))


def busy_arrivals(
    kind: ArrivalKind, windows: int, frames_a_window: float = FRAMES_A_WINDOW
) -> GeneratedArrivals:
    """Frames of few difficulties, so that many windows are alike and share their plans."""
    difficulties = Difficulties(lambda random, count: random.choice([0.1, 0.5, 0.9], count), mispredict=0.1)
    frames = round(windows * frames_a_window)
    return GeneratedArrivals(kind, frames, cameras=5, fps=frames_a_window * 2, difficulties=difficulties)


def nearly_full() -> Profile:
    return make_profile(encode_ms=8, head_ms=2)


def unmet(window: TracedWindow) -> set[tuple[str, int]]:
    """The frames that were late or dropped."""
    frames = (frame for frame in window.frames if frame.sent)
    return {(frame.camera, frame.index) for frame in frames if frame.level is None or frame.missed}


def missed_by_turbo_alone(turbo: Iterable[TracedWindow], plain: Iterable[TracedWindow]) -> list[int]:
    """The windows with a frame that was not there in time, and would have been without Turbo."""
    return [a.number for a, b in zip(turbo, plain, strict=True) if unmet(a) - unmet(b)]


@pytest.mark.slow
@orders
@pytest.mark.parametrize("kind", get_args(ArrivalKind))
def test_a_true_profile_misses_nothing_that_level_0_would_have_met(kind: ArrivalKind, order: Order) -> None:
    arrivals, profile = busy_arrivals(kind, WINDOWS), nearly_full()
    turbo = list(simulate(arrivals, profile, Policy("paper", order)))
    plain = simulate(arrivals, profile, Policy("none"))
    assert missed_by_turbo_alone(turbo, plain) == []
    summary = summarise(turbo, profile.gains("detect-first"), 100.0)
    assert summary.windows > 0.7 * WINDOWS
    assert summary.gain > 0
    assert (summary.overloaded > 0) == (kind != "constant"), "bursts are to be tested too"


@executions
@pytest.mark.parametrize(("order", "seed"), list(product(get_args(Order), range(3))))
def test_it_holds_for_any_profile(order: Order, execution: Execution, seed: int) -> None:
    arrivals, profile = busy_arrivals("bursty", 500), make_profile(seed, encode_ms=2.0 + 3 * seed)
    turbo = simulate(arrivals, profile, Policy("paper", order, execution))
    plain = simulate(arrivals, profile, Policy("none", execution=execution))
    assert missed_by_turbo_alone(turbo, plain) == []


@executions
@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_detect_first_holds_it_on_a_device_that_is_not_as_profiled(
    factor: float, execution: Execution
) -> None:
    """Windows that both know to be overloaded are left out: what is dropped there, each learns by itself."""
    arrivals, profile = busy_arrivals("poisson", WINDOWS // 10), nearly_full()
    slow = Perturbation(dict.fromkeys(profile.latency.whole_batches, factor))
    policies = Policy("paper", "detect-first", execution), Policy("none", execution=execution)
    pairs = zip(*(simulate(arrivals, profile, policy, perturbation=slow) for policy in policies), strict=True)
    full = [(turbo, plain) for turbo, plain in pairs if not turbo.overloaded]
    assert len(full) > WINDOWS // 20
    assert not [turbo.number for turbo, plain in full if unmet(turbo) - unmet(plain)]


@executions
def test_detect_first_is_in_time_wherever_its_level_0_was(execution: Execution) -> None:
    """Whatever the error: what is unfinished at the deadline keeps its level-0 boxes."""
    wild = Perturbation({"layer-2": 4.0, "level-3": 3.0}, jitter=0.5)
    arrivals, profile = busy_arrivals("poisson", 500, frames_a_window=4), make_profile()
    for window in simulate(arrivals, profile, Policy("paper", "detect-first", execution), perturbation=wild):
        enhanced = [frame for frame in window.frames if frame.level]
        assert not any(frame.missed for frame in enhanced)
        first = min((frame.done_at_s for frame in window.frames if frame.done_at_s is not None), default=0.0)
        if first <= (window.number + 2) * 0.1:
            assert not any(frame.missed for frame in window.frames)


def test_discriminate_first_trusts_its_profile() -> None:
    """With a device slower than profiled it is late, until the clock corrects its predictions."""
    arrivals, profile = busy_arrivals("constant", 300), nearly_full()
    slow = Perturbation(dict.fromkeys(profile.latency.whole_batches, 1.3))
    policy = Policy("paper", "discriminate-first")
    blind = simulate(arrivals, profile, policy, perturbation=slow, learns=False).summary()
    learning = simulate(arrivals, profile, policy, perturbation=slow).summary()
    assert blind.missed > 0.2 * blind.windows
    assert learning.missed < 0.2 * blind.missed


def test_the_same_seed_gives_the_same_trace() -> None:
    arrivals = busy_arrivals("bursty", 100)
    trace = simulate(arrivals, make_profile(), perturbation=Perturbation(jitter=0.2), seed=4)
    assert list(trace) == list(trace)
    other = simulate(arrivals, make_profile(), perturbation=Perturbation(jitter=0.2), seed=5)
    assert list(trace) != list(other)


def test_overload_detects_the_newest_frames_and_counts_the_others() -> None:
    arrivals = busy_arrivals("constant", 50, frames_a_window=40)
    profile = make_profile()
    for window in simulate(arrivals, profile, Policy("paper"), perturbation=TRUE):
        levels = [frame.level for frame in window.frames]
        dropped = levels.count(None)
        assert dropped and window.overloaded
        assert set(levels[:dropped]) == {None} and set(levels[dropped:]) == {0}
        assert window.plan is not None and window.plan.overloaded
    assert np.isclose(simulate(arrivals, profile).summary().level_0_utilisation, 1, atol=0.1)
