"""Connections: how many, how slow, and how long a head may be. uvicorn itself has no such limits."""

import json
from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0
"""For the whole head of a request, so that none can be sent letter by letter."""

STUCK_S = 30.0
"""A client that takes nothing of its answer for so long is dropped."""

HEAD_BYTES = 16_384


class LimitedConnection(HttpToolsProtocol):
    """An HTTP/1.1 connection that ends when it is one too many, too slow or too long-winded."""

    max_connections = 256
    _head_timer: TimerHandle | None = None
    _stuck_timer: TimerHandle | None = None
    _head_bytes = 0
    _kept_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            transport.abort()
        else:
            self._head_timer = self.loop.call_later(HEAD_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        _cancel(self._head_timer)
        _cancel(self._stuck_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The parser keeps what it has of a header until the header's end, so that is counted here."""
        head = self._head_timer
        super().data_received(data)
        if head and head is self._head_timer and not head.cancelled():  # the same head, not ended yet
            self._kept_bytes += len(data)
        if self._kept_bytes > HEAD_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._kept_bytes = 0
        _cancel(self._head_timer)
        self._head_timer = self.loop.call_later(HEAD_S, self.transport.abort)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        _cancel(self._head_timer)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck_timer = self.loop.call_later(STUCK_S, self.transport.abort)

    def resume_writing(self) -> None:
        _cancel(self._stuck_timer)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        body = json.dumps({"error": msg}).encode()
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        self.transport.write(f"{head}\r\nconnection: close\r\n\r\n".encode() + body)
        self.transport.close()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES:
            raise ValueError(f"the head of a request is longer than {HEAD_BYTES} bytes")


def limited_connections(limit: int) -> type[LimitedConnection]:
    """The class of connections of which `limit` may be open at once."""
    return type("Connection", (LimitedConnection,), {"max_connections": limit})


def _cancel(timer: TimerHandle | None) -> None:
    if timer:
        timer.cancel()
