"""A supervisor with quick timeouts, and cameras to put into it."""

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.serving.waiting import until
from turbo_cli.serving.cameras import CameraFrame, CameraSettings, CameraStatus, Inbox, Supervisor


class Cameras(Supervisor):
    """Cameras that give up after half a second of silence and come back as soon."""

    def open(self, name: str, url: str, **settings: Any) -> None:
        quick = {"read_timeout_s": 0.5, "connect_timeout_s": 0.5, "longest_pause_s": 0.2}
        self.add(CameraSettings(name=name, url=url, **(quick | settings)))

    def post(self, name: str, content: bytes, taken_at: float | None = None) -> CameraFrame:
        camera = self.posted(name)
        return camera.deliver(camera.decode(content, taken_at))

    def named(self, name: str) -> CameraStatus:
        return next(status for status in self.statuses() if status.camera == name)

    def until(self, name: str, state: str) -> CameraStatus:
        until(lambda: self.named(name).state == state)
        return self.named(name)

    def until_frames(self, name: str, count: int = 3) -> None:
        """Until it has delivered so many more frames."""
        before = self.named(name).frames
        until(lambda: self.named(name).frames >= before + count)


@contextlib.contextmanager
def cameras(capacity: int = 1) -> Iterator[Cameras]:
    supervisor = Cameras(Inbox(capacity), seed=1)
    try:
        yield supervisor
    finally:
        supervisor.stop(5)
