"""The scheduler's solvers beside each other: how much gain they leave, and the CPU time they take.

python benchmarks/solvers.py                       # 1,000 random and 200 windows of shipped profiles a row
python benchmarks/solvers.py --frames 16 --random 100 --exact 20

Random windows: pieces with fixed and rising parts, flat up to some batch size, half of them with noise of
25 %; gains that rise, or in the noisy half need not. The budget lies between level 0 and 90 % of level 5.
`exact` takes long, so the larger windows give it fewer; gaps are shares of the optimum's gain where it ran.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.costs import Execution, Order, window_costs
from turbo_cli.scheduling.gains import LEVELS, FloatArray, GainTable
from turbo_cli.scheduling.latency import PIECES, LatencyProfile
from turbo_cli.scheduling.problem import Problem
from turbo_cli.scheduling.profile import Profile, load_profile, shipped_profiles
from turbo_cli.scheduling.solvers import find_solver

SOLVERS = ("paper", "turbo", "exact")
EXACT_WINDOWS = {4: 200, 8: 200, 16: 100, 32: 40, 64: 20}
LARGEST_BATCH = 64


@dataclass
class Score:
    """What one solver came to on the windows of one row of the table."""

    gains: list[float] = field(default_factory=list)
    bound_gaps: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, nargs="*", default=list(EXACT_WINDOWS))
    parser.add_argument("--random", type=int, default=1000, help="windows of random profiles a row")
    parser.add_argument("--shipped", type=int, default=200, help="windows of shipped profiles a row")
    parser.add_argument("--exact", type=int, help="how many of each are solved exactly")
    options = parser.parse_args()
    shipped = [load_profile(name) for name in shipped_profiles()]
    print("| frames | execution | windows | solver | mean gap | worst gap | gap to bound | p50 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for frames in options.frames:
        exact = EXACT_WINDOWS.get(frames, 10) if options.exact is None else options.exact
        for execution in ("staged", "per-level"):
            windows = {
                "random": random_problems(options.random, frames, execution),
                "profiles": shipped_problems(shipped, options.shipped, frames, execution),
            }
            for name, problems in windows.items():
                compare(f"| {frames} | {execution} | {name}", list(problems), exact)


def compare(label: str, problems: Sequence[Problem], exact: int) -> None:
    """Solve all and print a line for each solver.

    One solver after the other: `exact` between two windows would leave the next one nothing in the caches.
    """
    scores = {name: solve_all(name, problems[: exact if name == "exact" else None]) for name in SOLVERS}
    ours, papers = scores["turbo"].gains, scores["paper"].gains
    assert all(one >= other - 1e-9 for one, other in zip(ours, papers, strict=True))
    best = scores["exact"].gains
    for name, score in scores.items():
        gaps = [1 - gain / most for gain, most in zip(score.gains, best, strict=False) if most]
        if gaps:
            p50, p99 = np.percentile(score.milliseconds, (50, 99))
            print(
                f"{label} | {name} | {abs(np.mean(gaps)):.3%} | {max(gaps):.2%}"
                f" | {np.mean(score.bound_gaps):.2%} | {p50:.2f} | {p99:.2f} |",
                flush=True,
            )


def solve_all(name: str, problems: Sequence[Problem]) -> Score:
    """What one solver comes to on these windows."""
    score = Score()
    for problem in problems:
        begun = time.process_time()
        solution = find_solver(name)(problem)
        score.milliseconds.append((time.process_time() - begun) * 1000)
        assert problem.fits(solution.counts)
        gain = problem.gain(solution.counts)
        score.gains.append(gain)
        score.bound_gaps.append(1 - gain / solution.bound if solution.bound else 0.0)
    return score


def random_problems(count: int, frames: int, execution: Execution) -> Iterator[Problem]:
    random = np.random.default_rng(frames)
    for number in range(count):
        noisy = number % 2 == 1
        yield draw_window(
            random, random_latency(random, noisy), random_gains(random, noisy), frames, execution
        )


def shipped_problems(
    profiles: list[Profile], count: int, frames: int, execution: Execution
) -> Iterator[Problem]:
    random = np.random.default_rng(frames)
    for number in range(count if profiles else 0):
        profile = profiles[number % len(profiles)]
        yield draw_window(random, profile.latency, profile.gains("detect-first"), frames, execution)


def random_latency(random: np.random.Generator, noisy: bool) -> LatencyProfile:
    """encode takes 5…50 ms a frame, the other pieces shares of it."""
    sizes = np.arange(1, LARGEST_BATCH + 1)
    one_frame_ms = random.uniform(5, 50)

    def table(piece: Piece) -> FloatArray:
        fixed, flat = random.uniform(0, 1.5), random.integers(1, 9)
        share = {"discriminator": 0.01, "encode": 1.0, "head": 0.1}.get(piece, random.uniform(0.05, 0.5))
        if piece.startswith("level-"):
            share = 0.8 + 0.25 * int(piece[-1]) + random.uniform(0, 0.2)
        times = one_frame_ms * share * (fixed + np.maximum(sizes, flat)) / (1 + fixed)
        noise = random.uniform(0.8, 1.25, len(sizes)) if noisy else 1.0
        return np.append(0.0, times * noise)

    return LatencyProfile({piece: table(piece) for piece in PIECES})


def random_gains(random: np.random.Generator, noisy: bool) -> GainTable:
    if noisy:
        gains = random.normal(0.05, 0.05, (10, LEVELS))
    else:
        rising = random.uniform(0, 0.04, (10, LEVELS)).cumsum(axis=1)
        gains = rising * np.linspace(0.2, 1.5, 10)[:, None] * random.uniform(0.7, 1.3, (10, LEVELS))
    gains[:, 0] = 0
    return GainTable(np.linspace(0, 1, 11), gains)


def draw_window(
    random: np.random.Generator, latency: LatencyProfile, gains: GainTable, frames: int, execution: Execution
) -> Problem:
    """Difficulties of a random beta distribution, a random budget, either order."""
    order: Order = "detect-first" if random.random() < 0.5 else "discriminate-first"
    costs = window_costs(latency, frames, order, execution)
    least, most = (costs.of([frames * (level == end) for level in range(LEVELS)]) for end in (0, 5))
    buckets = gains.buckets(random.beta(random.uniform(0.5, 4), random.uniform(0.5, 4), frames))
    sizes = np.bincount(buckets, minlength=len(gains.gains))
    return Problem(gains.gains, sizes, costs, float(least + random.uniform(0, 0.9) * abs(most - least)))


if __name__ == "__main__":
    main()
