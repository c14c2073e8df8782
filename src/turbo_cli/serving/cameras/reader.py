"""The thread that reads one camera and brings it back when it is lost."""

import contextlib
import logging
import time
import traceback
from enum import Enum, auto
from threading import Condition, Event, Thread

from turbo_cli.serving.backoff import Backoff
from turbo_cli.serving.cameras.feed import Feed
from turbo_cli.serving.cameras.source import Damage, LostError, Picture, Source
from turbo_cli.serving.cameras.status import CameraState, CameraStatus

STEADY_S = 10.0
"""A connection that held so long was good: the next pause is the shortest again."""

_log = logging.getLogger(__name__)


class _Wish(Enum):
    RUN = auto()
    PAUSE = auto()
    STOP = auto()


class Reader:
    """Connects, delivers, and after each loss waits and connects again, until it is stopped.

    Nothing that its camera does reaches another one. A blocked connection notices `pause` and `stop` at its
    next frame or timeout; no frame is delivered after they return.
    """

    def __init__(self, feed: Feed, source: Source, backoff: Backoff) -> None:
        self._feed = feed
        self._source = source
        self._backoff = backoff
        self._wish = _Wish.RUN
        self._wished = Condition()
        self._halt = Event()
        self._live_since: float | None = None
        self._thread = Thread(target=self._run, name=f"camera {feed.camera}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def pause(self) -> None:
        """Close the connection until `resume`."""
        self._want(_Wish.PAUSE, CameraState.PAUSED)

    def resume(self) -> None:
        """Connect again after `pause`."""
        self._want(_Wish.RUN, CameraState.CONNECTING)

    def stop(self) -> None:
        """End for good."""
        self._want(_Wish.STOP, CameraState.STOPPED)

    def join(self, timeout_s: float) -> None:
        """Wait for the thread to end."""
        self._thread.join(timeout_s)

    def status(self) -> CameraStatus:
        """How the camera is now."""
        return self._feed.status()

    def _want(self, wish: _Wish, state: CameraState) -> None:
        with self._wished:
            if self._wish in (wish, _Wish.STOP):
                return
            self._wish = wish
            (self._halt.clear if wish == _Wish.RUN else self._halt.set)()
            self._feed.become(state)
            self._wished.notify_all()

    def _run(self) -> None:
        while self._may_run():
            self._live_since = None
            if self._read():
                self.stop()
            if self._was_steady():
                self._backoff.reset()
            self._halt.wait(self._backoff.next())

    def _was_steady(self) -> bool:
        return self._live_since is not None and time.monotonic() - self._live_since > STEADY_S

    def _may_run(self) -> bool:
        with self._wished:
            self._wished.wait_for(lambda: self._wish != _Wish.PAUSE)
            return self._wish == _Wish.RUN

    def _read(self) -> bool:
        """One connection from beginning to end; whether the source has nothing more to give."""
        try:
            with contextlib.closing(self._source.pictures(self._halt)) as pictures:
                for item in pictures:
                    if not self._accept(item):
                        return False
        except LostError as error:
            self._lost(str(error))
        except Exception as error:  # noqa: BLE001 - a bug must not take a camera away for ever
            self._lost(f"{type(error).__name__}: {error}")
            _log.error("%s", self._feed.redact(traceback.format_exc()))
        else:
            return not self._halt.is_set()
        return False

    def _accept(self, item: Picture | Damage) -> bool:
        with self._wished:  # so that nothing arrives after `stop`
            if self._halt.is_set():
                return False
            if isinstance(item, Damage):
                self._feed.damaged(item.reason)
                return True
            self._live_since = self._live_since or time.monotonic()
            if not self._source.lossless:
                self._feed.deliver(item)
                return True
            frame = self._feed.stamp(item)
        return self._feed.put_when_room(frame, self._halt)

    def _lost(self, reason: str) -> None:
        with self._wished:
            if not self._halt.is_set():
                self._feed.lost(reason)
