"""A million frames in virtual time: how long that takes, and how much memory.

    python benchmarks/million_frames.py PROFILE [constant|poisson|bursty|diurnal]…

Eight cameras that send four frames a window together, in windows of 100 ms or what 12 frames take at level 0.
"""

import resource
import sys
import time

from turbo_cli.scheduling.profile import load_profile
from turbo_cli.simulation import simulate
from turbo_cli.simulation.arrivals import GeneratedArrivals, find_kind
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.execution import level_0_ms
from turbo_cli.simulation.planner import Policy

FRAMES, FRAMES_A_WINDOW, CAMERAS = 1_000_000, 4, 8


def main() -> None:
    profile = load_profile(sys.argv[1])
    window_ms = max(100.0, level_0_ms(profile.latency, "staged", 12))
    fps = 1000 * FRAMES_A_WINDOW / window_ms / CAMERAS
    for kind in map(find_kind, sys.argv[2:] or ["poisson"]):
        difficulties = Difficulties(find_draw("beta:2,3"))
        arrivals = GeneratedArrivals(kind, FRAMES, CAMERAS, fps, difficulties)
        begun, cpu_begun = time.perf_counter(), time.process_time()
        trace = simulate(arrivals, profile, Policy("turbo", "detect-first"), window_ms)
        summary = trace.summary()
        taken, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{kind}: {summary.frames:,} frames in {summary.windows:,} windows: {taken:.1f} s"
            f" ({cpu:.1f} s of CPU), peak {peak_mib:.0f} MiB, {summary.missed} missed"
        )


if __name__ == "__main__":
    main()
