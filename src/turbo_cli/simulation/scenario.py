"""One run of a simulation, with what is compared with it."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.errors import TurboError
from turbo_cli.metrics import Classes, Evaluation, Scores
from turbo_cli.profiling.bootstrap import (
    Interval,
    average_precisions,
    interval,
    mean_over_classes,
    resample,
)
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.gains import FloatArray, Statistic
from turbo_cli.scheduling.profile import Profile
from turbo_cli.simulation.arrivals import Arrival
from turbo_cli.simulation.device import TRUE, Perturbation
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.recording import recorded
from turbo_cli.simulation.replay import Replay
from turbo_cli.simulation.simulating import Trace, simulate
from turbo_cli.simulation.summary import Summary, Tally
from turbo_cli.simulation.timeline import Curves, Timeline
from turbo_cli.simulation.windows import TracedWindow

RESAMPLES = 300
"""Of the frames, for an interval."""

SAMPLE = 500
"""Frames on which `auto` compares the two orders."""

PARTS = 12
"""Of a replay, for mAP over time."""


@dataclass(frozen=True)
class Scenario:
    """What a sweep varies. cameras: None is all that a dataset has, or four made-up ones. pipeline: of a
    replay. Raises `TurboError` for no camera, and for a rate or a window that is no positive number.
    """

    cameras: int | None = None
    fps: float = 10.0
    window: float = 100.0
    solver: str = "turbo"
    order: Literal["auto", "discriminate-first", "detect-first"] = "auto"
    execution: Execution = "staged"
    gain: Statistic = "lower"
    pipeline: str = "all"

    def __post_init__(self) -> None:
        if self.cameras is not None and self.cameras < 1:
            raise TurboError(f"cameras: {self.cameras} of them", "ask for at least one")
        for name, value in (("fps", self.fps), ("window", self.window)):
            if not 0 < value < math.inf:
                raise TurboError(f"{name}: {value:g} is not a positive number", "write for example 50")

    def policy(self, order: Order) -> Policy:
        """How its windows are run in one of the two orders."""
        return Policy(self.solver, order, self.execution, self.gain)


Source = Callable[[Scenario], Iterable[Arrival]]
"""Where the frames of a scenario come from; a `Replay` is judged by its boxes too."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What the scenarios of a sweep share: the profile, how the device differs from it, the seed.

    learns: predictions are corrected by the clock. classes: judge by these.
    """

    profile: Profile
    perturbation: Perturbation = TRUE
    learns: bool = True
    seed: int = 0
    classes: Classes | None = None


@dataclass(frozen=True, eq=False)
class Judged:
    """Scores of a replay over all of its frames, without Turbo and with it.

    gain: mAP with Turbo less mAP without, its 95 % interval by bootstrap over frames. at_s, maps: (P,) and
    (2, P), mAP of the two in parts of the time; empty where not asked for.
    """

    plain: Scores
    turbo: Scores
    gain: Interval
    at_s: FloatArray
    maps: FloatArray


@dataclass(frozen=True, eq=False)
class Outcome:
    """order: the one that was used. judged: None where there are no boxes."""

    scenario: Scenario
    order: Order
    summary: Summary
    curves: Curves
    judged: Judged | None


def run_scenario(
    scenario: Scenario,
    source: Source,
    setting: Setting,
    folder: Path | None = None,
    provenance: Provenance | None = None,
) -> Outcome:
    """Simulate; with a folder, write `trace.csv` and `plan.jsonl` there and work out mAP over time.

    Raises `TurboError` for a scenario that cannot be run.
    """
    arrivals = source(scenario)
    order = choose_order(arrivals, scenario, setting) if scenario.order == "auto" else scenario.order
    trace = _simulate(arrivals, scenario.policy(order), scenario, setting)
    timeline = Timeline(Tally(setting.profile.gains("detect-first"), scenario.window))
    windows = recorded(trace, folder, provenance) if folder and provenance else iter(trace)
    kept: list[TracedWindow] = []
    for window in windows:
        timeline.add(window)
        if isinstance(arrivals, Replay):
            kept.append(window)
    judged = None
    if isinstance(arrivals, Replay) and arrivals.dataset.labelled:
        plain = _simulate(arrivals, Policy("none", execution=scenario.execution), scenario, setting)
        evaluations = [arrivals.judge(windows, setting.classes) for windows in (plain, kept)]
        judged = _judge(arrivals, evaluations, PARTS if folder else 0, setting.seed)
    return Outcome(scenario, order, timeline.tally.summary(), timeline.curves(), judged)


def choose_order(arrivals: Iterable[Arrival], scenario: Scenario, setting: Setting) -> Order:
    """The order that gains more over the first frames by the profile; detect-first where they are alike."""
    sample = list(islice(arrivals, SAMPLE))
    gains: dict[Order, float] = {}
    for order in setting.profile.orders:
        trace = simulate(sample, setting.profile, scenario.policy(order), scenario.window)
        gains[order] = trace.summary().gain
    return max(gains, key=lambda order: (gains[order], order == "detect-first"))


def _simulate(arrivals: Iterable[Arrival], policy: Policy, scenario: Scenario, setting: Setting) -> Trace:
    return simulate(
        arrivals, setting.profile, policy, scenario.window, setting.perturbation, setting.learns, setting.seed
    )


def _judge(replay: Replay, evaluations: Sequence[Evaluation], parts: int, seed: int) -> Judged:
    plain, turbo = (evaluation.scores() for evaluation in evaluations)
    parts = min(parts, len(replay.frames))
    arrived = np.array_split([live.arrived_at_s for live in replay.frames], parts) if parts else []
    at_s = np.array([moments[0] for moments in arrived])
    places = np.array_split(replay.places, parts) if parts else []
    maps = [[evaluation.scores(part).map for part in places] for evaluation in evaluations]
    return Judged(plain, turbo, _map_gain(evaluations, len(replay.frames), seed), at_s, np.array(maps))


def _map_gain(evaluations: Sequence[Evaluation], frames: int, seed: int) -> Interval:
    weights = np.vstack([np.ones((1, frames)), resample(frames, RESAMPLES, seed)])
    plain, turbo = (
        mean_over_classes(average_precisions(evaluation.matches(), weights))[:, 0]
        for evaluation in evaluations
    )
    gains = turbo - plain
    return interval(float(gains[0]), gains[1:])
