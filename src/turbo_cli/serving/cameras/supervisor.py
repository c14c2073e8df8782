"""All cameras of a service."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from threading import RLock
from typing import Protocol

from turbo_cli.errors import TurboError, nearest
from turbo_cli.serving.backoff import Backoff
from turbo_cli.serving.cameras.feed import Feed
from turbo_cli.serving.cameras.inbox import Inbox
from turbo_cli.serving.cameras.opening import open_source
from turbo_cli.serving.cameras.posted import PostedCamera
from turbo_cli.serving.cameras.reader import Reader
from turbo_cli.serving.cameras.settings import POSTED, CameraSettings
from turbo_cli.serving.cameras.status import CameraStatus
from turbo_cli.serving.credentials import resolve


class Camera(Protocol):
    """What a camera does on command, however its frames come."""

    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def join(self, timeout_s: float) -> None: ...
    def status(self) -> CameraStatus: ...


class Supervisor:
    """Adds, removes and commands cameras, each on its own, whose frames meet in `inbox`.

    seed: of the chance in pauses between attempts to connect. Any thread may call it.
    """

    def __init__(self, inbox: Inbox, seed: int | None = None) -> None:
        self.inbox = inbox
        self._seed = seed
        self._cameras: dict[str, _Entry] = {}
        self._lock = RLock()

    def add(self, settings: CameraSettings) -> None:
        """Start a camera. Raises `TurboError` for a name that is taken and an address that cannot be one."""
        with self._lock:
            _refuse_taken(settings.name, self._cameras)
            self._cameras[settings.name] = self._make(settings)
            self._cameras[settings.name].camera.start()

    def remove(self, name: str) -> None:
        """Stop a camera for good; frames that wait in the inbox stay. Raises `TurboError` if unknown."""
        with self._lock:
            self._find(name).stop()
            del self._cameras[name]

    def pause(self, name: str) -> None:
        """Close a camera's connection until `resume`. Raises `TurboError` if unknown."""
        self._find(name).pause()

    def resume(self, name: str) -> None:
        """Take a camera up again. Raises `TurboError` if unknown."""
        self._find(name).resume()

    def posted(self, name: str) -> PostedCamera:
        """The `post:` camera of that name. Raises `TurboError` if there is none."""
        camera = self._find(name)
        if not isinstance(camera, PostedCamera):
            raise TurboError(f"camera {name!r} takes no posted frames", f"its url must be {POSTED}")
        return camera

    def reload(self, wanted: Sequence[CameraSettings]) -> None:
        """Make the cameras those of `wanted`, in its order; one with the settings of before is not touched.

        Raises `TurboError`, and changes nothing, where `add` would raise for one of them.
        """
        with self._lock:
            before = self._cameras
            after: dict[str, _Entry] = {}
            for settings in wanted:
                _refuse_taken(settings.name, after)
                old = before.get(settings.name)
                after[settings.name] = old if old and old.settings == settings else self._make(settings)
            self._cameras = after
            for name, entry in before.items():
                if after.get(name) is not entry:
                    entry.camera.stop()
            for name, entry in after.items():
                if before.get(name) is not entry:
                    entry.camera.start()

    def names(self) -> set[str]:
        """Of all cameras there are."""
        with self._lock:
            return set(self._cameras)

    def statuses(self) -> list[CameraStatus]:
        """How each camera is, in the order in which they were added."""
        with self._lock:
            return [entry.camera.status() for entry in self._cameras.values()]

    def stop(self, deadline_s: float) -> None:
        """Stop all cameras and wait at most `deadline_s` for their threads; the inbox keeps its frames."""
        deadline = time.monotonic() + deadline_s
        with self._lock:
            cameras = [entry.camera for entry in self._cameras.values()]
        for camera in cameras:
            camera.stop()
        for camera in cameras:
            camera.join(max(0.0, deadline - time.monotonic()))

    def _find(self, name: str) -> Camera:
        with self._lock:
            if name not in self._cameras:
                raise TurboError(f"no camera {name!r}", nearest(name, self._cameras))
            return self._cameras[name].camera

    def _make(self, settings: CameraSettings) -> "_Entry":
        address = resolve(settings.url, f"camera {settings.name!r}: key url")
        feed = Feed(settings.name, address, self.inbox, settings.stalled_after_s)
        if address.url == POSTED:
            return _Entry(settings, PostedCamera(feed, settings.max_pixels))
        random = Random() if self._seed is None else Random(f"{self._seed} {settings.name}")
        backoff = Backoff(random, settings.longest_pause_s)
        return _Entry(settings, Reader(feed, open_source(settings, address), backoff))


@dataclass(frozen=True)
class _Entry:
    settings: CameraSettings
    camera: Camera


def _refuse_taken(name: str, cameras: Mapping[str, _Entry]) -> None:
    if name in cameras:
        raise TurboError(f"camera {name!r} is there already", "choose another name")
