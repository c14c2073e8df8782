"""The engine: cameras, the window loop in a thread of its own, sinks; and what is asked of them meanwhile."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from turbo_cli.detectors import SplitDetector
from turbo_cli.enhancement import Enhancer
from turbo_cli.pipelines import Pipeline
from turbo_cli.scheduling.profile import Profile
from turbo_cli.serving.cameras import CameraSettings
from turbo_cli.serving.engine.options import EngineOptions
from turbo_cli.serving.engine.status import EngineStatus
from turbo_cli.serving.results import ResultRecord, Sink

Clock = Callable[[], float]


class Engine:
    """Serves cameras until it is stopped. Any thread may call it.

    detector: the enhancer's. enhancer, profile: with one of them missing, every frame is served at level 0.
    pipeline: which frames reach the detector. sinks: where records go; they are closed by `stop`. Raises
    `TurboError` for cameras that cannot be added.
    """

    def __init__(
        self,
        detector: SplitDetector,
        enhancer: Enhancer | None,
        profile: Profile | None,
        pipeline: Pipeline,
        cameras: Sequence[CameraSettings],
        sinks: Sequence[Sink],
        options: EngineOptions = EngineOptions(),
        clock: Clock = time.monotonic,
    ) -> None: ...

    def start(self) -> None:
        """Warm up the detector, open the cameras and begin with the first window."""
        raise NotImplementedError

    def stop(self, drain: bool = True, deadline_s: float = 10.0) -> None:
        """Close the cameras, finish what was accepted (drain: and what waits), and close the sinks."""
        raise NotImplementedError

    def submit(self, camera: str, content: bytes, taken_at: float | None = None) -> Future[ResultRecord]:
        """Take an encoded image as a frame of a `post:` camera; the future is its record.

        taken_at: Unix seconds, if the client knows. The future raises `TurboError` if a newer frame of the
        camera pushes this one out before a window takes it, or the engine stops. Raises `TurboError` for an
        unknown camera, one that takes no posted frames or is paused, and for what is no image.
        """
        raise NotImplementedError

    def add_camera(self, settings: CameraSettings) -> None:
        """Open one more camera. Raises `TurboError` for a name that is taken or an address that is none."""
        raise NotImplementedError

    def remove_camera(self, name: str) -> None:
        """Close a camera for good; what it delivered is still served. Raises `TurboError` if unknown."""
        raise NotImplementedError

    def pause(self, name: str) -> None:
        """Close a camera until `resume`. Raises `TurboError` if unknown."""
        raise NotImplementedError

    def resume(self, name: str) -> None:
        """Open a paused camera again. Raises `TurboError` if unknown."""
        raise NotImplementedError

    def reload_cameras(self, cameras: Sequence[CameraSettings]) -> None:
        """Make the cameras these; one whose settings are as before is not touched.

        Raises `TurboError`, and changes nothing, if one of them cannot be added.
        """
        raise NotImplementedError

    def status(self) -> EngineStatus:
        """How everything is now."""
        raise NotImplementedError
