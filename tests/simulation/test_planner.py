"""Plans that are made once, and forgotten."""

import gc
import weakref

from tests.simulation.profiles import make_profile
from turbo_cli.simulation.planner import TURBO, Planner


def test_windows_alike_share_a_plan_whatever_the_order_of_their_frames() -> None:
    profile = make_profile()
    planner = Planner(profile.gains("detect-first"), TURBO)
    plan, turned = (planner.plan(values, 60, profile.latency) for values in ([0.95, 0.05], [0.05, 0.95]))
    assert plan.levels[0] > plan.levels[1] == 0
    assert turned.levels == plan.levels[::-1]


def test_latencies_that_are_believed_no_more_are_not_kept() -> None:
    profile = make_profile()
    planner = Planner(profile.gains("detect-first"), TURBO)
    believed = profile.latency.scaled(1.1)
    planner.plan([0.9], 60, believed)
    gone = weakref.ref(believed)
    del believed
    planner.plan([0.9], 60, profile.latency)
    gc.collect()
    assert gone() is None
