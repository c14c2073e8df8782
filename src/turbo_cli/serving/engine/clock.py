"""The clock that windows run by, and alarms; tests put a clock in virtual time in its place."""

import threading
import time
from collections.abc import Callable
from typing import Protocol


class Alarm(Protocol):
    """Something that will happen unless it is cancelled."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """now: seconds, as `time.monotonic`. alarm: call `action` after so many seconds, in any thread."""

    def now(self) -> float: ...
    def alarm(self, seconds: float, action: Callable[[], None]) -> Alarm: ...


class RealClock:
    """Time as it passes."""

    def now(self) -> float:
        return time.monotonic()

    def alarm(self, seconds: float, action: Callable[[], None]) -> Alarm:
        timer = threading.Timer(max(seconds, 0.0), action)
        timer.daemon = True
        timer.start()
        return timer


REAL = RealClock()
