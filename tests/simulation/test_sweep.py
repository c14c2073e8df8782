"""Scenarios from what is typed, and the order that `auto` takes."""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.simulation.profiles import make_profile
from turbo_cli.errors import TurboError
from turbo_cli.simulation.arrivals import GeneratedArrivals
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.scenario import Scenario, Setting, choose_order
from turbo_cli.simulation.simulating import simulate
from turbo_cli.simulation.sweep import parse_axes, scenarios


def test_what_is_written_twice_counts_once() -> None:
    assert parse_axes(["cameras=1..3,2 solver=paper,paper"]) == [
        ("cameras", [1, 2, 3]),
        ("solver", ["paper"]),
    ]


def test_axes_and_their_product() -> None:
    axes = parse_axes(["cameras=1..3 solver=paper,turbo", "window=50,100"])
    assert axes == [("cameras", [1, 2, 3]), ("solver", ["paper", "turbo"]), ("window", [50.0, 100.0])]
    varied = list(scenarios(Scenario(fps=7), axes))
    assert len(varied) == 12
    assert varied[1] == Scenario(cameras=1, fps=7, solver="paper", window=100.0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("camera=1", "did you mean 'cameras'"),
        ("cameras", "write cameras=VALUE"),
        ("cameras=3..1", "write 1..16"),
        ("cameras=1..99999999999", "write 1..16"),
        ("cameras=1 cameras=2", "cameras stands twice"),
        ("cameras=x", "no number"),
        ("window=1..3", "no number"),
        ("solver=turbi", "did you mean 'turbo'"),
        ("pipeline=vigl", "did you mean 'vigil'"),
    ],
)
def test_what_is_no_axis(text: str, problem: str) -> None:
    with pytest.raises(TurboError, match=problem):
        parse_axes([text])


@pytest.mark.parametrize("encode_ms", [2.0, 8.0])
def test_auto_takes_the_order_that_gains_more(encode_ms: float) -> None:
    profile = make_profile(encode_ms=encode_ms)
    arrivals = GeneratedArrivals("poisson", 200, 8, 10, Difficulties(find_draw("beta:2,3"), 0.3))
    scenario = Scenario(solver="paper")
    chosen = choose_order(arrivals, scenario, Setting(profile))
    gains = {
        order: simulate(arrivals, profile, Policy("paper", order)).summary().gain
        for order in ("discriminate-first", "detect-first")
    }
    assert gains[chosen] == max(gains.values())
    assert replace(scenario, order=chosen).order == chosen


@pytest.mark.parametrize(
    "values",
    [{"cameras": 0}, {"fps": math.nan}, {"fps": math.inf}, {"window": math.nan}, {"window": math.inf}],
)
def test_what_is_no_scenario(values: dict[str, Any]) -> None:
    with pytest.raises(TurboError, match=next(iter(values))):
        Scenario(**values)


def test_a_window_shorter_than_one_frame_is_refused() -> None:
    with pytest.raises(TurboError, match="one frame at level 0 takes 5"):
        simulate([], make_profile(), window_ms=3)
