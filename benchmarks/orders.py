"""Staged against per-level, detect-first against discriminate-first: gain at equal budget, misses if wrong.

    python benchmarks/orders.py cpu/tiny t4/yolov3 …

Of each profile, windows of four frames on average that fill half of T at level 0 (Poisson, difficulties
beta(2, 3), θ′ off by 0.1), planned by `turbo`: the expected gain of a frame; then the share of windows
missed on devices that are 30 % slower or faster than the profile, with and without correction by the clock.
"""

import sys
from itertools import product
from typing import get_args

from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.profile import Profile, load_profile
from turbo_cli.simulation import simulate
from turbo_cli.simulation.arrivals import GeneratedArrivals
from turbo_cli.simulation.device import parse_perturbation
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.execution import level_0_ms
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.summary import Summary

WINDOWS, FRAMES_A_WINDOW, CAMERAS = 1000, 4, 4


def main() -> None:
    for name in sys.argv[1:]:
        profile = load_profile(name)
        window_ms = 2 * level_0_ms(profile.latency, "staged", FRAMES_A_WINDOW)
        note = ", gains assumed" * profile.assumed
        print(f"{name}: T = {window_ms:.1f} ms{note}; gain of a frame in points of AP, windows missed")
        ways = [Policy("turbo", *way) for way in product(get_args(Order), get_args(Execution))]
        for policy in [*ways, Policy("none")]:
            cells = [f"{100 * run(profile, policy, window_ms).gain:6.3f}"]
            for perturbation, learns in product(("latency=+30%", "latency=-30%"), (False, True)):
                wrong = run(profile, policy, window_ms, perturbation, learns)
                corrected = "corrected" if learns else "as it is"
                cells.append(f"{perturbation} {corrected} {wrong.missed / wrong.windows:6.2%}")
            print(f"  {policy.solver:5} {policy.order:18} {policy.execution:9} {' | '.join(cells)}")


def run(
    profile: Profile, policy: Policy, window_ms: float, perturbation: str = "", learns: bool = True
) -> Summary:
    fps = 1000 * FRAMES_A_WINDOW / window_ms / CAMERAS
    difficulties = Difficulties(find_draw("beta:2,3"), mispredict=0.1)
    arrivals = GeneratedArrivals("poisson", WINDOWS * FRAMES_A_WINDOW, CAMERAS, fps, difficulties)
    device = parse_perturbation(perturbation)
    return simulate(arrivals, profile, policy, window_ms, device, learns).summary()


if __name__ == "__main__":
    main()
