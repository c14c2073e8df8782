"""Where frames of all cameras wait for the next window."""

import time
from collections import deque
from collections.abc import Callable
from threading import Condition, Event

from turbo_cli.serving.cameras.source import CameraFrame

HALT_CHECK_S = 0.1


def _unheeded(frame: CameraFrame) -> None:
    """Nobody asked to hear of skipped frames."""


class Inbox:
    """At most `capacity` frames a camera wait; a newer one pushes out the oldest of its own camera.

    on_skip: called with each frame that was pushed out, in the thread that did it; it must be quick.
    """

    def __init__(self, capacity: int = 1, on_skip: Callable[[CameraFrame], None] = _unheeded) -> None:
        self._capacity = capacity
        self._on_skip = on_skip
        self._waiting: dict[str, deque[CameraFrame]] = {}
        self._changed = Condition()
        self._held = 0
        self._hurried = False

    def put(self, frame: CameraFrame) -> int:
        """Add a frame; how many were skipped for it."""
        with self._changed:
            waiting = self._waiting.setdefault(frame.camera, deque())
            skipped = [waiting.popleft()] if len(waiting) >= self._capacity else []
            waiting.append(frame)
            self._changed.notify_all()
        for old in skipped:
            self._on_skip(old)
        return len(skipped)

    def put_when_room(self, frame: CameraFrame, halt: Event) -> bool:
        """Wait for room and add a frame; False if `halt` came first, and the frame was not added."""
        with self._changed:
            if self._full(frame.camera):
                self._held += 1
                self._changed.notify_all()
                while self._full(frame.camera) and not halt.is_set():
                    self._changed.wait(HALT_CHECK_S)
                self._held -= 1
            if halt.is_set():
                return False
            self._waiting.setdefault(frame.camera, deque()).append(frame)
            self._changed.notify_all()
        return True

    def gather(self, timeout_s: float) -> None:
        """Wait while frames gather: less than `timeout_s` if a recording is held up for want of room.

        After `hurry` it does not wait at all.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._held or self._hurried, timeout_s)

    def hurry(self) -> None:
        """The service ends: nothing more is worth waiting for."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def take(self, timeout_s: float) -> list[CameraFrame]:
        """All that wait, in order of arrival; waits up to `timeout_s` for the first, then gives none."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not self._waiting:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return []
                self._changed.wait(left_s)
            frames = [frame for waiting in self._waiting.values() for frame in waiting]
            self._waiting.clear()
            self._changed.notify_all()
        return sorted(frames, key=lambda frame: frame.arrived_monotonic)

    def _full(self, camera: str) -> bool:
        return len(self._waiting.get(camera, ())) >= self._capacity
