"""The latest records in memory, for everybody who wants to follow them."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Condition

from turbo_cli.serving.results.record import ResultRecord
from turbo_cli.serving.results.sink import SinkStatus


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as JSON text, with its number: from 1, rising by one with every record."""

    number: int
    camera: str
    json_text: str


@dataclass(frozen=True)
class Batch:
    """What a reader gets at once. last: number to go on from. lost: records that it was too slow for."""

    entries: tuple[Entry, ...]
    last: int
    lost: int


class Broadcaster:
    """Keeps the latest `capacity` records. A reader remembers only the number that it has read up to.

    So there is one queue for all readers, and one that never reads costs nothing and delays nobody: it
    loses the oldest records, and is told how many.
    """

    def __init__(self, capacity: int = 1000) -> None:
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._last = 0
        self._changed = Condition()
        self._listeners: set[Callable[[], object]] = set()

    def write(self, record: ResultRecord) -> None:
        """Add a record and wake who waits."""
        with self._changed:
            self._last += 1
            self._entries.append(Entry(self._last, record.camera, record.json_text))
            self._changed.notify_all()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def read(self, after: int | None = None, camera: str | None = None, limit: int = 100) -> Batch:
        """The first `limit` records numbered above `after`, of one camera if it is named; never waits.

        after: None, or a number that was never given out: only what is yet to come.
        """
        with self._changed:
            if after is None or not 0 <= after <= self._last:
                return Batch((), self._last, 0)
            kept = self._last - len(self._entries)
            start = max(after, kept)
            fresh = [self._entries[number] for number in range(start - kept, len(self._entries))]
        wanted = [entry for entry in fresh if camera in (None, entry.camera)]
        entries = tuple(wanted[:limit])
        last = entries[-1].number if len(wanted) > limit else self._last_of(fresh, start)
        return Batch(entries, last, start - after)

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait in this thread until there is a record numbered above `after`; False if there is none."""
        with self._changed:
            return self._changed.wait_for(lambda: self._last > after, timeout_s)

    @contextlib.contextmanager
    def listening(self, listener: Callable[[], object]) -> Iterator[None]:
        """Within the block, `listener` is called after each record, in the writer's thread; it must be quick.

        A coroutine wakes itself by `loop.call_soon_threadsafe(event.set)`.
        """
        with self._changed:
            self._listeners.add(listener)
        try:
            yield
        finally:
            with self._changed:
                self._listeners.discard(listener)

    def close(self, deadline_s: float) -> None:
        """Nothing waits here."""

    def status(self) -> SinkStatus:
        """Figures until now."""
        return SinkStatus("broadcaster", self._last, 0, 0, None)

    @staticmethod
    def _last_of(fresh: list[Entry], start: int) -> int:
        return fresh[-1].number if fresh else start
