"""Records by HTTP POST, one request each."""

import contextlib
import logging
import time
from collections import deque
from random import Random
from threading import Condition, Thread

import httpx2 as httpx

from turbo_cli.errors import TurboError
from turbo_cli.serving.backoff import Backoff
from turbo_cli.serving.credentials import Address
from turbo_cli.serving.http import open_client, parse_address
from turbo_cli.serving.results.destination import Destination
from turbo_cli.serving.results.ndjson import NdjsonFile
from turbo_cli.serving.results.record import ResultRecord
from turbo_cli.serving.results.sink import SinkStatus

PASSING = frozenset({408, 425, 429})
"""Client errors that another attempt may get past; all others are final, and so are redirects."""

_log = logging.getLogger(__name__)


class _RefusedError(Exception):
    """The server will not take this record, however often it is sent."""


class Webhook:
    """Posts records in order, each until it is taken or `give_up_s` old; then it goes to the dead letters.

    So does what does not fit into the queue, and what is left at the end: no record is lost. A record whose
    answer was lost is sent twice: (camera, arrived_at, index) tells. The host may be in a private network
    only if `private`. It closes the dead letters. Raises `TurboError` for an address that is not http or
    https, or not allowed.
    """

    def __init__(
        self,
        address: Address,
        dead_letters: NdjsonFile,
        private: bool = False,
        capacity: int = 10_000,
        timeout_s: float = 10.0,
        give_up_s: float = 300.0,
        longest_pause_s: float = 10.0,
    ) -> None:
        self._address = address
        self._url, self._destination = find_destination(address, private)
        self._dead_letters = dead_letters
        self._capacity = capacity
        self._timeout_s = timeout_s
        self._give_up_s = give_up_s
        self._backoff = Backoff(Random(), longest_pause_s)
        self._queue: deque[tuple[float, ResultRecord]] = deque()
        self._changed = Condition()
        self._closing = self._closed = False
        self._written = self._failed = 0
        self._last_error: str | None = None
        self._thread = Thread(target=self._run, name="webhook", daemon=True)
        self._thread.start()

    def write(self, record: ResultRecord) -> None:
        """Put a record into the queue."""
        with self._changed:
            if len(self._queue) >= self._capacity:
                self._bury(record)
            else:
                self._queue.append((time.monotonic(), record))
                self._changed.notify_all()

    def close(self, deadline_s: float) -> None:
        """Send what waits, for at most `deadline_s`; the rest goes to the dead letters."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(deadline_s)
        with self._changed:
            self._closed = True
            for _, record in self._queue:
                self._bury(record)
            self._queue.clear()
            self._dead_letters.close(0.0)
            self._changed.notify_all()

    def status(self) -> SinkStatus:
        """Figures until now."""
        with self._changed:
            name, waiting = f"webhook {self._address}", len(self._queue)
            return SinkStatus(name, self._written, self._failed, waiting, self._last_error)

    def _run(self) -> None:
        with open_client(self._url, httpx.Timeout(self._timeout_s)) as client:
            while head := self._head():
                self._deliver(client, *head)

    def _head(self) -> tuple[float, ResultRecord] | None:
        """The oldest record, which stays in the queue; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            return self._queue[0] if self._queue and not self._closed else None

    def _deliver(self, client: httpx.Client, queued_at: float, record: ResultRecord) -> None:
        try:
            self._post(client, record)
        except (_RefusedError, TurboError) as error:
            self._done(record, str(error))
        except (httpx.HTTPError, OSError) as error:
            reason = str(error) or type(error).__name__
            if time.monotonic() - queued_at > self._give_up_s:
                self._done(record, reason)
            else:
                self._pause(reason)
        else:
            self._backoff.reset()
            self._done(record, None)

    def _post(self, client: httpx.Client, record: ResultRecord) -> None:
        *others, last = self._destination.addresses()
        for address in others:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                self._post_to(address, client, record)
                return
        self._post_to(last, client, record)

    def _post_to(self, address: str, client: httpx.Client, record: ResultRecord) -> None:
        answer = client.post(
            self._url.copy_with(host=address, userinfo=b""),
            content=record.json_text,
            headers={"Content-Type": "application/json", "Host": self._url.netloc.decode("ascii")},
            extensions={"sni_hostname": self._url.host},
        )
        if answer.is_server_error or answer.status_code in PASSING:
            raise httpx.HTTPError(f"answers {answer.status_code}")
        if not answer.is_success:
            raise _RefusedError(f"answers {answer.status_code}")

    def _done(self, record: ResultRecord, problem: str | None) -> None:
        with self._changed:
            if self._closed:  # `close` has dealt with it
                return
            self._queue.popleft()
            if problem is None:
                self._written += 1
            else:
                self._say(problem)
                self._bury(record)

    def _pause(self, reason: str) -> None:
        with self._changed:
            self._say(reason)
            self._changed.wait_for(lambda: self._closed, self._backoff.next())

    def _say(self, reason: str) -> None:
        shown = self._address.redact(reason)
        if shown != self._last_error:  # once, not at every attempt of a long night
            _log.warning("webhook %s: %s", self._address, shown)
        self._last_error = shown

    def _bury(self, record: ResultRecord) -> None:
        self._failed += 1
        self._dead_letters.write(record)


def find_destination(address: Address, private: bool) -> tuple[httpx.URL, Destination]:
    """Where an address leads. Raises `TurboError` if it is not http or https, or not allowed."""
    url = parse_address(address, "webhook")
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    destination = Destination(url.host, port, private)
    try:
        destination.addresses()
    except OSError as error:  # the network may come up later
        _log.warning("webhook %s: %s", address, error.strerror or error)
    return url, destination
