"""What every window is run with."""

from dataclasses import dataclass

from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.detectors import SplitDetector
from turbo_cli.enhancement import Enhancer
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.scheduling.profile import Profile
from turbo_cli.serving.engine.clock import Clock
from turbo_cli.serving.engine.collecting import Collecting
from turbo_cli.serving.engine.drift import DriftWatch
from turbo_cli.serving.engine.forecast import Forecast
from turbo_cli.serving.engine.guard import Guard
from turbo_cli.serving.engine.options import EngineOptions
from turbo_cli.serving.engine.plan_log import PlanLog
from turbo_cli.serving.engine.planning import Planning
from turbo_cli.serving.engine.warming import level_0_profile, warm_up
from turbo_cli.serving.engine.worker import Worker


@dataclass(frozen=True)
class Parts:
    """guard: None where no level is ever switched off. collecting: None where no frames are kept.
    plans: None where no plans are.

    roi_score: of a RoI, by which θ is read (eq. 1); the profile's, whose gains are by that θ.
    """

    worker: Worker
    planning: Planning
    forecast: Forecast
    guard: Guard | None
    drift: DriftWatch
    collecting: Collecting | None
    plans: PlanLog | None
    clock: Clock
    roi_score: float


def make_parts(
    detector: SplitDetector,
    enhancer: Enhancer | None,
    profile: Profile | None,
    options: EngineOptions,
    clock: Clock,
) -> Parts:
    """Warm up and put together. Raises `TurboError` for a folder that cannot be written."""
    worker = Worker(detector, enhancer, options.execution, clock)
    timings = warm_up(worker)
    latency = profile.latency if profile else level_0_profile(timings)
    return Parts(
        worker,
        Planning(profile if enhancer else None, options, clock),
        Forecast(latency, options.execution, options.corrects),
        Guard() if options.guards and enhancer else None,
        DriftWatch(),
        Collecting(options.collect, options.collect_bytes) if options.collect else None,
        PlanLog(options.plans, _provenance(detector, options)) if options.plans else None,
        clock,
        profile.roi_score if profile else ROI_SCORE,
    )


def _provenance(detector: SplitDetector, options: EngineOptions) -> Provenance:
    names = ("window_ms", "order", "execution", "solver", "gain", "corrects", "guards")
    return Provenance(
        detector=detector.name,
        detector_weights_hash=detector.weights_hash,
        settings={name: getattr(options, name) for name in names},
    )
