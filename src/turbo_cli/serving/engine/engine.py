"""The engine: cameras, the window loop in a thread of its own, sinks; and what is asked of them meanwhile."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Thread

from turbo_cli.detectors import SplitDetector
from turbo_cli.enhancement import Enhancer
from turbo_cli.pipelines import Pipeline
from turbo_cli.scheduling.profile import Profile
from turbo_cli.serving.cameras import CameraFrame, CameraSettings, Inbox, Supervisor
from turbo_cli.serving.engine.clock import REAL, Clock
from turbo_cli.serving.engine.figures import Figures
from turbo_cli.serving.engine.loop import WindowLoop
from turbo_cli.serving.engine.options import DEFAULTS, EngineOptions
from turbo_cli.serving.engine.outbox import Outbox
from turbo_cli.serving.engine.parts import make_parts
from turbo_cli.serving.engine.running import WindowRunner
from turbo_cli.serving.engine.status import CameraFigures, EngineStatus
from turbo_cli.serving.results import ResultRecord, Sink

_log = logging.getLogger(__name__)


class Engine:
    """Serves cameras from `start` to `stop`. Any thread may call it.

    detector: the enhancer's. enhancer, profile: with one of them missing, every frame is served at level 0.
    pipeline: which frames reach the detector. sinks: where records go; they are closed by `stop`. Detector
    and enhancer are warmed up here. Raises `TurboError` for a folder of frames or plans that cannot be
    written.
    """

    def __init__(
        self,
        detector: SplitDetector,
        enhancer: Enhancer | None,
        profile: Profile | None,
        pipeline: Pipeline,
        cameras: Sequence[CameraSettings],
        sinks: Sequence[Sink],
        options: EngineOptions = DEFAULTS,
        clock: Clock = REAL,
    ) -> None:
        self._settings = cameras
        self._options = options
        self._profile = profile
        self._outbox = Outbox(sinks)
        self._inbox = Inbox(options.frames_a_camera, self._outbox.skip)
        self._supervisor = Supervisor(self._inbox)
        self._parts = make_parts(detector, enhancer, profile, options, clock)
        self._figures = Figures()
        self._runner = WindowRunner(self._parts, options, pipeline, self._outbox, self._figures)
        self._loop = WindowLoop(self._inbox, self._run, clock, options.window_ms / 1000)
        self._thread = Thread(target=self._loop.run, name="windows", daemon=True)
        self._started_at = time.time()

    def start(self) -> None:
        """Open the cameras and begin with the first window. Raises `TurboError` for what is no camera."""
        self._supervisor.reload(self._settings)
        self._started_at = time.time()
        self._thread.start()

    def stop(self, drain: bool = True, deadline_s: float = 10.0) -> None:
        """Close the cameras, finish what was accepted (drain: and what waits), and close the sinks."""
        ends = time.monotonic() + deadline_s
        self._supervisor.stop(0.0)
        self._loop.stop(drain)
        if self._thread.is_alive():
            self._thread.join(max(0.0, ends - time.monotonic()))
        if self._thread.is_alive():
            _log.error("the last window was not finished within %g s", deadline_s)
        self._outbox.close(max(0.0, ends - time.monotonic()))
        for part in (self._parts.collecting, self._parts.plans):
            if part:
                part.close()
        self._supervisor.stop(max(0.0, ends - time.monotonic()))

    def submit(self, camera: str, content: bytes, taken_at: float | None = None) -> Future[ResultRecord]:
        """Take an encoded image as a frame of a `post:` camera; the future is its record.

        taken_at: Unix seconds, if the client knows. The future raises `TurboError` if a newer frame of the
        camera pushes this one out before a window takes it, or the engine stops. Raises `TurboError` for an
        unknown camera, one that takes no posted frames or is paused, and for what is no image.
        """
        posted = self._supervisor.posted(camera)
        picture = posted.decode(content, taken_at)
        return self._outbox.expect(lambda: posted.deliver(picture))

    def add_camera(self, settings: CameraSettings) -> None:
        """Open one more camera. Raises `TurboError` for a name that is taken or an address that is none."""
        self._supervisor.add(settings)

    def remove_camera(self, name: str) -> None:
        """Close a camera for good; what it delivered is still served. Raises `TurboError` if unknown."""
        self._supervisor.remove(name)

    def pause(self, name: str) -> None:
        """Close a camera until `resume`. Raises `TurboError` if unknown."""
        self._supervisor.pause(name)

    def resume(self, name: str) -> None:
        """Open a paused camera again. Raises `TurboError` if unknown."""
        self._supervisor.resume(name)

    def reload_cameras(self, cameras: Sequence[CameraSettings]) -> None:
        """Make the cameras these; one whose settings are as before is not touched.

        Raises `TurboError`, and changes nothing, if one of them cannot be added.
        """
        self._supervisor.reload(cameras)

    def latest(self, camera: str) -> CameraFrame | None:
        """The last frame of a camera that got boxes of its own; its record has the same index."""
        return self._runner.latest.get(camera)

    def _run(self, number: int, frames: Sequence[CameraFrame], closed_at: float) -> None:
        """A window; after it, what is known of cameras that have been removed goes."""
        self._runner.run(number, frames, closed_at)
        for camera in self._runner.cameras - self._supervisor.names():
            self._runner.forget(camera)

    def status(self) -> EngineStatus:
        """How everything is now."""
        parts, figures = self._parts, self._figures
        return EngineStatus(
            running=self._thread.is_alive(),
            started_at=self._started_at,
            enhancing=parts.worker.enhancer is not None and self._profile is not None,
            assumed=self._profile is not None and self._profile.assumed,
            window_ms=self._options.window_ms,
            order=parts.planning.order,
            windows=figures.windows,
            overloaded_windows=figures.overloaded,
            failed_windows=figures.failed,
            frames=figures.frames(),
            predicted_gain=figures.predicted_gain,
            utilisation=figures.utilisation(time.time()),
            correction=parts.forecast.factors,
            recent=figures.recent(),
            guard=parts.guard.states() if parts.guard else (),
            drifts=parts.drift.states(),
            cameras=tuple(
                CameraFigures(camera, *figures.of_camera(camera.camera))
                for camera in self._supervisor.statuses()
            ),
            sinks=tuple(self._outbox.statuses()),
            last_error=figures.last_error,
        )
