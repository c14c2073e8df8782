"""A camera whose frames a client sends."""

import time

from turbo_cli.data.images import decode_image
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras.feed import Feed
from turbo_cli.serving.cameras.source import CameraFrame, Picture
from turbo_cli.serving.cameras.status import CameraState, CameraStatus


class PostedCamera:
    """Takes encoded images from any thread; it needs no thread of its own."""

    def __init__(self, feed: Feed, max_pixels: int) -> None:
        self._feed = feed
        self._max_pixels = max_pixels
        self._closed: CameraState | None = None

    def decode(self, content: bytes, taken_at: float | None = None) -> Picture:
        """Decode a JPEG, PNG or WebP image.

        taken_at: Unix seconds, if the client knows. Raises `TurboError` for what is no such image or has
        too many pixels, and while the camera is paused or stopped.
        """
        if self._closed:
            raise TurboError(f"camera {self._feed.camera!r} is {self._closed}")
        started = time.perf_counter()
        try:
            image = decode_image(content, "posted image", self._max_pixels)
        except TurboError as error:
            self._feed.damaged(str(error))
            raise
        return Picture(image, (time.perf_counter() - started) * 1000, taken_at)

    def deliver(self, picture: Picture) -> CameraFrame:
        """Put a picture into the inbox."""
        return self._feed.deliver(picture)

    def start(self) -> None:
        """Nothing to start: it waits for clients."""

    def pause(self) -> None:
        """Refuse images until `resume`."""
        self._close(CameraState.PAUSED)

    def resume(self) -> None:
        """Take images again."""
        self._closed = None
        self._feed.become(CameraState.CONNECTING)

    def stop(self) -> None:
        """Refuse images for good."""
        self._close(CameraState.STOPPED)

    def join(self, timeout_s: float) -> None:
        """Nothing to wait for."""

    def status(self) -> CameraStatus:
        """How the camera is now."""
        return self._feed.status()

    def _close(self, state: CameraState) -> None:
        self._closed = state
        self._feed.become(state)
