"""Plans: which frame gets which level, edges of the input, and planning anew."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scheduling.windows import (
    ORDERS,
    Window,
    every_choice,
    gain_rows,
    latency_rows,
    random_window,
    windows,
)
from turbo_cli.errors import TurboError
from turbo_cli.scheduling import make_plan, replan
from turbo_cli.scheduling.gains import gain_table
from turbo_cli.scheduling.latency import LAYERS, latency_profile
from turbo_cli.scheduling.solvers import SOLVERS

GAINS = gain_table(gain_rows(), "true")
LATENCY = latency_profile(latency_rows())
every_solver = pytest.mark.parametrize("solver", SOLVERS)


def test_with_time_enough_every_frame_gets_its_best_level_at_the_summed_cost() -> None:
    plan = make_plan(GAINS, LATENCY, [0.95, 0.05, 0.45], 1000, order="discriminate-first")
    assert plan.levels == (5, 0, 5)
    assert plan.predicted_gain == plan.bound == pytest.approx(0.9 * 5 / 50 + 0.4 * 5 / 50)
    three, two = 10 + 2 * 3, 10 + 2 * 2
    assert plan.predicted_latency_ms == 3 * three + 5 * two  # D_f, encode, head; five layers


def test_within_a_bucket_the_harder_frame_gets_the_higher_level() -> None:
    levels = {
        tuple(make_plan(GAINS, LATENCY, values, budget, execution="staged").levels)
        for values in ([0.91, 0.99], [0.95, 0.96])
        for budget in range(60, 200)
    }
    assert any(easier < harder for easier, harder in levels)
    assert all(easier <= harder for easier, harder in levels)


@given(windows, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_frames_changes_no_frames_level(window: Window, random: Random) -> None:
    def levels(difficulties: list[float]) -> dict[float, list[int]]:
        plan = make_plan(window.gains, window.latency, difficulties, window.budget_ms, order=window.order)
        by_difficulty: dict[float, list[int]] = {}
        for difficulty, level in sorted(zip(difficulties, plan.levels, strict=True)):
            by_difficulty.setdefault(difficulty, []).append(level)
        return by_difficulty

    shuffled = list(window.difficulties)
    random.shuffle(shuffled)
    assert levels(shuffled) == levels(list(window.difficulties))


@given(windows, st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_more_budget_never_gains_less(window: Window, more: int) -> None:
    arguments = (window.gains, window.latency, window.difficulties)
    plans = [make_plan(*arguments, window.budget_ms + extra) for extra in (0, more)]
    assert plans[0].predicted_gain <= plans[1].predicted_gain + 1e-9


@every_solver
def test_no_frames_no_budget(solver: str) -> None:
    nothing = make_plan(GAINS, LATENCY, [], 10, solver)
    assert (nothing.levels, nothing.predicted_latency_ms, nothing.overloaded) == ((), 0, False)
    for budget in (0, -5, -np.inf, 25):
        plan = make_plan(GAINS, LATENCY, [0.5, 0.9], budget, solver)
        assert (plan.levels, plan.predicted_gain, plan.overloaded) == ((0, 0), 0, True)
    assert not make_plan(GAINS, LATENCY, [0.5, 0.9], np.inf, solver).overloaded


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(TurboError, match="budget: nan"):
        make_plan(GAINS, LATENCY, [0.5], np.nan)
    for wrong in (np.nan, -0.1, 1.1, np.inf):
        with pytest.raises(TurboError, match="difficulty 2: "):
            make_plan(GAINS, LATENCY, [0.5, wrong], 100)


def test_a_clock_times_the_solver_and_none_leaves_plans_alike() -> None:
    ticks = iter([1.0, 1.25])
    timed = make_plan(GAINS, LATENCY, [0.5], 100, clock=lambda: next(ticks))
    assert timed.solve_ms == 250
    assert replace(timed, solve_ms=0) == make_plan(GAINS, LATENCY, [0.5], 100)


@given(windows, st.integers(0, 5), st.integers(0, 40))
@settings(max_examples=50, deadline=None)
def test_what_is_planned_anew_is_the_best_of_what_is_left(window: Window, done: int, left: int) -> None:
    arguments = (window.gains, window.latency, window.difficulties)
    plan = make_plan(*arguments, 1000, order=window.order)
    again = replan(plan, *arguments, done, left)
    old, plans = np.array(plan.levels), every_choice(len(plan.levels))
    gains = window.gains.of(window.difficulties)[range(len(old)), plans]
    goes_on = (gains > 0) & (old > 0) & np.where(old < done, plans == old, plans >= done)
    reachable = (goes_on | (plans == 0)).all(axis=1)
    left_ms = window.latency.table("head", len(old))[
        (plans >= (0 if window.order == "discriminate-first" else 1)).sum(axis=1)
    ]
    for k, layer in enumerate(LAYERS[done:], start=done + 1):
        left_ms = left_ms + window.latency.table(layer, len(old))[(plans >= k).sum(axis=1)]
    assert again.overloaded == (left_ms[0] > left)
    if again.overloaded:
        assert not any(again.levels)
        return
    possible = reachable & (left_ms <= left)
    chosen = (plans == again.levels).all(axis=1)
    assert possible[chosen].all()
    assert again.predicted_latency_ms == pytest.approx(left_ms[chosen][0])
    assert again.predicted_gain == pytest.approx(gains[possible].sum(axis=1).max(), abs=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_a_layer_that_took_longer_makes_frames_leave_earlier(order: str) -> None:
    window = random_window(3, 8, "staged")
    arguments = (window.gains, window.latency, window.difficulties)
    plan = make_plan(*arguments, window.budget_ms, order=order)  # type: ignore[arg-type]
    full = replan(plan, *arguments, 1, window.budget_ms)
    short = replan(plan, *arguments, 1, full.predicted_latency_ms * 0.8)
    assert short.predicted_latency_ms < full.predicted_latency_ms
    assert short.predicted_gain < full.predicted_gain


def test_of_no_frames_nothing_is_left_to_plan_anew() -> None:
    plan = make_plan(GAINS, LATENCY, [], 100)
    assert replan(plan, GAINS, LATENCY, [], 1, 50).levels == ()


def test_per_level_plans_have_no_layers() -> None:
    plan = make_plan(GAINS, LATENCY, [0.5], 100, execution="per-level")
    with pytest.raises(TurboError, match="staged"):
        replan(plan, GAINS, LATENCY, [0.5], 1, 50)


@settings(max_examples=60, deadline=None)
@given(windows, st.data())
def test_a_level_that_a_frame_is_not_allowed_is_not_chosen_and_the_rest_is_still_best(
    window: Window, data: st.DataObject
) -> None:
    frames = len(window.difficulties)
    allowed = np.array(
        data.draw(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=frames, max_size=frames))
    )
    arguments = (window.gains, window.latency, window.difficulties, window.budget_ms)
    where = {"order": window.order, "execution": window.execution}
    plan = make_plan(*arguments, **where, allowed=allowed)  # type: ignore[arg-type]
    assert all(level == 0 or allowed[row, level] for row, level in enumerate(plan.levels))
    exact = make_plan(*arguments, "exact", **where, allowed=allowed)  # type: ignore[arg-type]
    assert plan.predicted_gain == pytest.approx(exact.predicted_gain)
    free = make_plan(*arguments, **where)  # type: ignore[arg-type]
    everything = make_plan(*arguments, **where, allowed=np.ones((frames, 6)))  # type: ignore[arg-type]
    assert everything.predicted_gain == pytest.approx(free.predicted_gain)
    assert plan.predicted_gain <= free.predicted_gain + 1e-9
