"""One camera's frames on their way into the inbox, and the figures about them."""

import logging
import time
from collections import deque
from threading import Event, RLock

from turbo_cli.serving.cameras.inbox import Inbox
from turbo_cli.serving.cameras.source import CameraFrame, Picture
from turbo_cli.serving.cameras.status import CameraState, CameraStatus
from turbo_cli.serving.credentials import Address

RATE_S = 5.0
"""Seconds that `fps` looks back."""

_log = logging.getLogger(__name__)


class Feed:
    """Numbers, stamps and counts what one camera delivers. Any thread may call it.

    stalled_after_s: how long a live camera may be silent until it counts as stalled.
    """

    def __init__(self, camera: str, address: Address, inbox: Inbox, stalled_after_s: float) -> None:
        self.camera = camera
        self._address = address
        self._inbox = inbox
        self._stalled_after_s = stalled_after_s
        self._lock = RLock()
        self._state = CameraState.CONNECTING
        self._recent: deque[float] = deque()
        self._last: CameraFrame | None = None
        self._frames = self._skipped = self._decode_errors = self._connections = 0
        self._last_error: str | None = None

    def deliver(self, picture: Picture) -> CameraFrame:
        """Put a picture into the inbox at once."""
        with self._lock:  # over both steps, so that frames of several threads lie in order
            frame = self.stamp(picture)
            self._skipped += self._inbox.put(frame)
        return frame

    def stamp(self, picture: Picture) -> CameraFrame:
        """Number, time and count a picture; the camera is live."""
        with self._lock:
            if self._state != CameraState.LIVE:
                self._connections += 1
                self.become(CameraState.LIVE)
            now = time.time()
            taken_at = now if picture.taken_at is None else picture.taken_at
            monotonic = time.monotonic()
            frame = CameraFrame(
                self.camera, self._frames, taken_at, now, monotonic, picture.image, picture.decode_ms
            )
            self._frames += 1
            self._recent.append(monotonic)
            self._last = frame
            self._forget(monotonic)
            return frame

    def put_when_room(self, frame: CameraFrame, halt: Event) -> bool:
        """Put a stamped picture into the inbox when none must be skipped for it; False: `halt` came first."""
        return self._inbox.put_when_room(frame, halt)

    def damaged(self, reason: str) -> None:
        """Count something that could not be decoded."""
        with self._lock:
            self._decode_errors += 1
            self._last_error = self.redact(reason)

    def lost(self, reason: str) -> None:
        """The connection is gone."""
        shown = self.redact(reason)
        with self._lock:
            news = (self._state, self._last_error) != (CameraState.LOST, shown)
            self._state, self._last_error = CameraState.LOST, shown
        if news:  # not at every attempt of a long night
            _log.warning("camera %s: lost: %s", self.camera, shown)

    def redact(self, text: str) -> str:
        """`text` without the secrets of the camera's address."""
        return self._address.redact(text)

    def become(self, state: CameraState) -> None:
        """Enter a state; a frame makes it live by itself."""
        with self._lock:
            changed, self._state = self._state != state, state
        if changed:
            _log.info("camera %s: %s", self.camera, state)

    def status(self) -> CameraStatus:
        """How the camera is now."""
        with self._lock:
            now = time.monotonic()
            size = self._last.image.shape if self._last else (None, None)
            return CameraStatus(
                camera=self.camera,
                address=self._address.shown,
                state=self._state_at(now),
                fps=self._fps(now),
                frames=self._frames,
                skipped=self._skipped,
                decode_errors=self._decode_errors,
                reconnects=max(0, self._connections - 1),
                last_error=self._last_error,
                last_frame_at=self._last.arrived_at if self._last else None,
                width=size[1],
                height=size[0],
            )

    def _state_at(self, now: float) -> CameraState:
        silent_s = now - self._last.arrived_monotonic if self._last else 0.0
        stalled = self._state == CameraState.LIVE and silent_s > self._stalled_after_s
        return CameraState.STALLED if stalled else self._state

    def _fps(self, now: float) -> float:
        self._forget(now)
        if len(self._recent) < 2:
            return 0.0
        return (len(self._recent) - 1) / (now - self._recent[0])

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0] < now - RATE_S:
            self._recent.popleft()
