"""What every way out for records has in common."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from turbo_cli.serving.results.record import ResultRecord


@dataclass(frozen=True)
class SinkStatus:
    """A snapshot of a sink's figures. It holds no secret.

    written: delivered. failed: given up, but kept in a dead-letter file where there is one. waiting: not
    delivered yet.
    """

    name: str
    written: int
    failed: int
    waiting: int
    last_error: str | None


class Sink(Protocol):
    """Takes records from one thread."""

    def write(self, record: ResultRecord) -> None:
        """Take a record; never raises for what happens outside, and never waits for a network."""
        ...

    def close(self, deadline_s: float) -> None:
        """Deliver what waits, for at most `deadline_s`; nothing is written afterwards."""
        ...

    def status(self) -> SinkStatus:
        """Figures until now; any thread may ask."""
        ...


class AllSinks:
    """Several sinks as one."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = tuple(sinks)

    def write(self, record: ResultRecord) -> None:
        """Hand the record to every sink."""
        for sink in self._sinks:
            sink.write(record)

    def close(self, deadline_s: float) -> None:
        """Close every sink, all within `deadline_s`."""
        deadline = time.monotonic() + deadline_s
        for sink in self._sinks:
            sink.close(max(0.0, deadline - time.monotonic()))

    def statuses(self) -> list[SinkStatus]:
        """How each sink is."""
        return [sink.status() for sink in self._sinks]
