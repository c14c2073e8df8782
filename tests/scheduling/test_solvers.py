"""What holds for every solver on every profile, against trying all plans; and `turbo` where it must cut."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.scheduling.windows import (
    EXECUTIONS,
    Window,
    best_gain,
    costs_ms,
    random_window,
    windows,
)
from turbo_cli.errors import TurboError
from turbo_cli.scheduling import Plan, make_plan
from turbo_cli.scheduling.costs import Execution
from turbo_cli.scheduling.gains import GainTable
from turbo_cli.scheduling.latency import PIECES, LatencyProfile
from turbo_cli.scheduling.solvers import SOLVERS, turbo

TOLERANCE = 1e-9
executions = pytest.mark.parametrize("execution", EXECUTIONS)


def solve(window: Window, solver: str) -> Plan:
    return make_plan(
        window.gains,
        window.latency,
        window.difficulties,
        window.budget_ms,
        solver,
        window.order,
        window.execution,
    )


@given(windows)
@settings(max_examples=60, deadline=None)
def test_no_solver_is_over_budget_or_better_than_the_optimum(window: Window) -> None:
    best = best_gain(window)
    for name in SOLVERS:
        plan = solve(window, name)
        gains = window.gains.of(window.difficulties)[range(len(plan.levels)), plan.levels]
        assert plan.predicted_latency_ms == pytest.approx(costs_ms(window, np.array([plan.levels]))[0])
        assert plan.predicted_gain == pytest.approx(gains.sum(), abs=TOLERANCE)
        assert plan.overloaded == (best is None)
        if best is None:
            assert not any(plan.levels)
            continue
        assert plan.predicted_latency_ms <= window.budget_ms
        assert all(gain > 0 for gain, level in zip(gains, plan.levels, strict=True) if level)
        assert plan.predicted_gain <= best + TOLERANCE <= plan.bound + 2 * TOLERANCE


@given(windows)
@settings(max_examples=60, deadline=None)
def test_exact_and_in_small_windows_turbo_find_the_optimum_and_prove_it(window: Window) -> None:
    best = best_gain(window) or 0.0
    for name in ("exact", "turbo"):
        plan = solve(window, name)
        assert plan.predicted_gain == pytest.approx(best, abs=TOLERANCE)
        assert plan.bound == pytest.approx(best, abs=TOLERANCE)


@executions
@pytest.mark.parametrize("most_kept", [turbo.MOST_KEPT, 2])
def test_turbo_lies_between_paper_and_exact_and_its_bound_above(
    most_kept: int, execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turbo, "MOST_KEPT", most_kept)
    for seed in range(4):
        window = random_window(seed, 20, execution)
        paper, ours, exact = (solve(window, name) for name in ("paper", "turbo", "exact"))
        assert not exact.overloaded and exact.predicted_gain > 0
        assert paper.predicted_gain <= ours.predicted_gain + TOLERANCE
        assert ours.predicted_gain <= exact.predicted_gain + TOLERANCE <= ours.bound + 2 * TOLERANCE
        assert ours.predicted_latency_ms <= window.budget_ms


@executions
def test_without_a_budget_every_frame_of_a_large_window_gets_its_best_level(execution: Execution) -> None:
    plan = solve(replace(random_window(1, 30, execution), budget_ms=np.inf), "turbo")
    assert plan.predicted_gain == pytest.approx(plan.bound)
    assert plan.predicted_gain == pytest.approx(solve(random_window(1, 30, execution), "none").bound)


@executions
def test_single_frames_and_kinds_are_assigned_alike(
    execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = random_window(9, 16, execution)
    by_frames = solve(window, "turbo")
    monkeypatch.setattr("turbo_cli.scheduling.solvers.assignment.MOST_FRAMES", 0)
    assert solve(window, "turbo").predicted_gain == pytest.approx(by_frames.predicted_gain, abs=TOLERANCE)


@executions
def test_ten_thousand_frames(execution: Execution) -> None:
    window = random_window(0, 10_000, execution)
    for name in SOLVERS.keys() - {"exact"}:
        plan = solve(window, name)
        assert plan.predicted_latency_ms <= window.budget_ms
        assert plan.predicted_gain <= plan.bound
    with pytest.raises(TurboError, match=r"10000 frames are too many .*turbo"):
        solve(window, "exact")


def test_a_level_that_gains_nothing_is_not_chosen_even_if_a_cheaper_batch_makes_up_for_it() -> None:
    """One of 512 frames gains nothing; layers on all of them take less time than on fewer."""
    gains = np.zeros((2, 6))
    gains[1, 5] = 0.5
    rising = np.arange(513.0)
    layers = np.append(rising[:-1], 10.0)
    latency = LatencyProfile({piece: layers if "layer" in piece else rising / 1000 for piece in PIECES})
    table = GainTable(np.array([0, 0.5, 1]), gains)
    plan = make_plan(table, latency, [0.1] + [0.9] * 511, 100, "turbo", "discriminate-first")
    assert plan.levels[0] == 0 and plan.predicted_gain > 0


def test_paper_steps_down_the_frame_whose_last_step_gained_least() -> None:
    gains = GainTable(np.array([0, 0.5, 1]), np.array([[0, 5, 8, 10, 11, 14], [0, 2, 4, 6, 8, 9]]) / 100)
    latency = LatencyProfile({piece: np.array([0.0, 10, 20]) for piece in PIECES})
    everything_ms = 10 * 2 * 8  # D_f, encode, head and five layers on two frames
    for short_ms, levels in ((0, (5, 5)), (10, (5, 4)), (20, (5, 3)), (60, (4, 0)), (70, (3, 0))):
        plan = make_plan(
            gains, latency, [0.2, 0.8], everything_ms - short_ms, "paper", "discriminate-first", "staged"
        )
        assert plan.levels == levels


def test_an_unknown_solver_is_named() -> None:
    window = random_window(0, 3, "staged")
    with pytest.raises(TurboError, match="did you mean 'turbo'"):
        solve(window, "tubro")
