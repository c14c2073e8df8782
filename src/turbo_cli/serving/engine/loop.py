"""Window after window, in a thread of its own."""

from collections.abc import Callable, Sequence
from threading import Event

from turbo_cli.serving.cameras import CameraFrame, Inbox
from turbo_cli.serving.engine.clock import Clock

Run = Callable[[int, Sequence[CameraFrame], float], None]
"""Brings a window to its end: its number, its frames, and when it closed, in seconds of the clock."""


class WindowLoop:
    """Collects frames for at most T, and runs each window once it has closed and the one before is done."""

    def __init__(self, inbox: Inbox, run: Run, clock: Clock, window_s: float) -> None:
        self._inbox = inbox
        self._run = run
        self._clock = clock
        self._window_s = window_s
        self._stop = Event()
        self._drain = True

    def stop(self, drain: bool) -> None:
        """End after the current window; drain: when what waits in the inbox is done, too."""
        self._drain = drain
        self._stop.set()
        self._inbox.hurry()

    def run(self) -> None:
        """Until `stop`."""
        number, closes = 0, self._clock.now() + self._window_s
        while True:
            self._inbox.gather(max(0.0, closes - self._clock.now()))
            stopping = self._stop.is_set()
            if stopping and not self._drain:
                return
            frames, closed = self._inbox.take(0), self._clock.now()
            if frames:
                self._run(number, frames, closed)
                number += 1
            elif stopping:
                return
            closes = closed + self._window_s
