"""The engine's windows in virtual time: a clock that only work moves, and a device as fast as a test says."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from tests.profiling.streets import make_enhancer
from tests.simulation.profiles import make_profile
from tests.small_detector import SmallDetector
from turbo_cli.boxes import Detections
from turbo_cli.detectors.base import STAGES
from turbo_cli.enhancement import Enhancer
from turbo_cli.pipelines import Pipeline, make_pipeline
from turbo_cli.scheduling.profile import Profile
from turbo_cli.serving.cameras import CameraFrame, Inbox
from turbo_cli.serving.engine.figures import Figures
from turbo_cli.serving.engine.loop import WindowLoop
from turbo_cli.serving.engine.options import EngineOptions
from turbo_cli.serving.engine.outbox import Outbox
from turbo_cli.serving.engine.parts import make_parts
from turbo_cli.serving.engine.running import WindowRunner
from turbo_cli.serving.results import ResultRecord, SinkStatus


class VirtualClock:
    """Time that passes when it is told to; alarms go off on the way."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._alarms: list[_Alarm] = []

    def now(self) -> float:
        return self.time

    def alarm(self, seconds: float, action: Callable[[], None]) -> "_Alarm":
        self._alarms.append(_Alarm(self.time + seconds, action))
        return self._alarms[-1]

    def advance(self, seconds: float) -> None:
        end = self.time + seconds
        for alarm in sorted(self._alarms, key=lambda alarm: alarm.at):
            if alarm.at <= end and not alarm.cancelled:
                self.time = max(self.time, alarm.at)
                alarm.cancel()
                alarm.action()
        self._alarms = [alarm for alarm in self._alarms if not alarm.cancelled]
        self.time = end


@dataclass
class _Alarm:
    at: float
    action: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class SlowDetector(SmallDetector):
    """Takes its profile's time, times `slowness` and what `unsteady` gives, of the virtual clock.

    broken: raises in the head.
    """

    def __init__(self, clock: VirtualClock, profile: Profile) -> None:
        super().__init__()
        self.clock, self.profile, self.slowness, self.broken = clock, profile, 1.0, False
        self.unsteady: Callable[[], float] = lambda: 1.0
        self.layers_run = 0
        for number, stage in enumerate(self.stages):
            stage.register_forward_hook(self._stage_hook(STAGES - number))

    def encode(self, images: torch.Tensor) -> list[torch.Tensor]:
        self._encoding = True
        self.spend("encode", len(images))
        try:
            return super().encode(images)
        finally:
            self._encoding = False

    def detect(self, features: Any, geometry: Any = None) -> list[Detections]:
        self.spend("head", len(features[0]))
        if self.broken:
            raise RuntimeError("the device is gone")
        return super().detect(features, geometry)

    def spend(self, piece: Any, frames: int) -> None:
        slowness = self.slowness * self.unsteady()
        self.clock.advance(self.profile.latency.ms(piece, frames) * slowness / 1000)

    def _stage_hook(self, layer: int) -> Callable[..., None]:
        def hook(module: Any, inputs: Any, output: torch.Tensor) -> None:
            if not getattr(self, "_encoding", False) and len(output):
                self.layers_run += 1
                self.spend(f"layer-{layer}", len(output))

        return hook


class Listener:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.records: list[ResultRecord] = []

    def write(self, record: ResultRecord) -> None:
        self.records.append(record)

    def close(self, deadline_s: float) -> None: ...

    def status(self) -> SinkStatus:
        return SinkStatus("listener", len(self.records), 0, 0, None)


class VirtualInbox(Inbox):
    """Frames that arrive by the virtual clock; when there are no more, it calls `ended`."""

    def __init__(self, clock: VirtualClock, arrivals: Iterable[CameraFrame]) -> None:
        super().__init__(capacity=1000)
        self._clock = clock
        self._arrivals = sorted(arrivals, key=lambda frame: frame.arrived_monotonic)
        self.ended: Callable[[], None] = lambda: None

    def gather(self, timeout_s: float) -> None:
        self._clock.advance(timeout_s)
        while self._arrivals and self._arrivals[0].arrived_monotonic <= self._clock.time:
            self.put(self._arrivals.pop(0))
        if not self._arrivals:
            self.ended()


@dataclass
class Node:
    """An engine without threads, and all that a test looks at."""

    options: EngineOptions = field(default_factory=EngineOptions)
    profile: Profile = field(default_factory=lambda: make_profile(encode_ms=8, head_ms=2))
    enhanced: bool = True
    trained: bool = False
    pipeline: Pipeline = field(default_factory=lambda: make_pipeline("all"))

    def __post_init__(self) -> None:
        self.clock, self.listener, self.figures = VirtualClock(), Listener(), Figures()
        self.detector = SlowDetector(self.clock, self.profile)
        enhancer = make_enhancer(self.trained, detector=self.detector) if self.enhanced else None
        self.parts = make_parts(self.detector, enhancer, self.profile, self.options, self.clock)
        outbox = Outbox([self.listener])
        self.runner = WindowRunner(self.parts, self.options, self.pipeline, outbox, self.figures)

    @property
    def enhancer(self) -> Enhancer:
        assert self.parts.worker.enhancer
        return self.parts.worker.enhancer

    @property
    def records(self) -> list[ResultRecord]:
        return self.listener.records

    def serve(self, arrivals: Iterable[CameraFrame]) -> None:
        """Run windows until all of these have been served."""
        inbox = VirtualInbox(self.clock, arrivals)
        loop = WindowLoop(inbox, self.runner.run, self.clock, self.options.window_ms / 1000)
        inbox.ended = lambda: loop.stop(drain=True)
        loop.run()

    def frames(self, seconds: float, cameras: int = 5, fps: float = 10.0) -> list[CameraFrame]:
        """What cameras deliver from now on, each by its own phase."""
        random, start = np.random.default_rng(1), self.clock.time
        return [
            make_frame(f"camera-{camera}", index, start + (index + camera / cameras) / fps, random)
            for camera in range(cameras)
            for index in range(round(seconds * fps))
        ]


def make_frame(camera: str, index: int, at: float, random: np.random.Generator) -> CameraFrame:
    image = random.integers(0, 256, (32, 64, 3), np.uint8)
    return CameraFrame(camera, index, at + 1e9, at + 1e9, at, image, 1.0)


def keys(items: Sequence[CameraFrame] | Sequence[ResultRecord]) -> list[tuple[str, int]]:
    return sorted((item.camera, item.index) for item in items)


def latencies_s(records: Iterable[ResultRecord]) -> Iterator[float]:
    return (record.done_at - record.arrived_at for record in records)
