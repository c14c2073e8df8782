"""Where records go: to the sinks, and to whoever waits for the frame that he posted."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import RLock

from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras import CameraFrame
from turbo_cli.serving.results import AllSinks, ResultRecord, Sink, SinkStatus


class Outbox:
    """Any thread may call it; sinks hear of one record after another."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = AllSinks(sinks)
        self._waiting: dict[tuple[str, int], Future[ResultRecord]] = {}
        self._lock = RLock()
        self._closed = False

    def expect(self, deliver: Callable[[], CameraFrame]) -> Future[ResultRecord]:
        """Let `deliver` put a frame into the inbox; the future is that frame's record."""
        future: Future[ResultRecord] = Future()
        with self._lock:  # so that its record cannot come before somebody waits for it
            if self._closed:
                raise TurboError("the service is stopping")
            frame = deliver()
            self._waiting[frame.camera, frame.index] = future
        return future

    def give(self, record: ResultRecord) -> None:
        """Hand a record on; after `close`, to nobody."""
        with self._lock:
            if self._closed:
                return
            self._sinks.write(record)
            future = self._waiting.pop((record.camera, record.index), None)
        if future and future.set_running_or_notify_cancel():
            future.set_result(record)

    def skip(self, frame: CameraFrame) -> None:
        """A newer frame pushed this one out of the inbox."""
        with self._lock:
            future = self._waiting.pop((frame.camera, frame.index), None)
        _refuse(future, f"camera {frame.camera!r}: a newer frame pushed this one out")

    def close(self, deadline_s: float) -> None:
        """Close the sinks; who still waits is told that nothing comes."""
        with self._lock:
            self._closed = True
            left, self._waiting = list(self._waiting.values()), {}
        self._sinks.close(deadline_s)
        for future in left:
            _refuse(future, "the service stopped before this frame's turn")

    def statuses(self) -> list[SinkStatus]:
        """How each sink is."""
        return self._sinks.statuses()


def _refuse(future: Future[ResultRecord] | None, reason: str) -> None:
    if future and future.set_running_or_notify_cancel():
        future.set_exception(TurboError(reason, "post fewer frames at a time"))
