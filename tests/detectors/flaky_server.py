"""A real HTTP server with the faults that downloads meet, each on demand."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast


@dataclass
class Behaviour:
    """What the server does; counters in lists are used up, one entry a request, then it behaves well.

    cut_after: bytes of the body before the connection is reset. statuses: errors instead of an answer.
    stalls: bytes of the body before silence. claim: Content-Length as it is promised, where it is a lie.
    """

    body: bytes
    etag: str | None = '"one"'
    ranges: bool = True
    wrong_range: bool = False
    honour_if_range: bool = True
    cut_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    stalls: list[int] = field(default_factory=list)
    claim: int | None = None
    send_length: bool = True
    requests: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    behaviour: Behaviour


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        behaviour = cast(_Server, self.server).behaviour
        with behaviour.lock:
            behaviour.requests.append(dict(self.headers.items()))
            status = behaviour.statuses.pop(0) if behaviour.statuses else 200
            cut = behaviour.cut_after.pop(0) if behaviour.cut_after else None
            stall = behaviour.stalls.pop(0) if behaviour.stalls else None
        if self.path == "/loop":
            self._redirect("/loop")
        elif self.path.startswith("/moved"):
            self._redirect("/file.bin")
        elif status != 200:
            self._head(status, 0)
        else:
            self._send(behaviour, cut, stall)

    def _send(self, behaviour: Behaviour, cut: int | None, stall: int | None) -> None:
        start = self._start(behaviour)
        if start is not None and start >= len(behaviour.body):
            self._head(416, 0)
            return
        content = behaviour.body[start or 0 :]
        length = (behaviour.claim or len(behaviour.body)) - (start or 0)
        first = 0 if behaviour.wrong_range else start
        span = None if start is None else f"bytes {first}-{len(behaviour.body) - 1}/{len(behaviour.body)}"
        self._head(200 if start is None else 206, length if behaviour.send_length else None, span)
        if cut is not None:
            self.wfile.write(content[:cut])
            self._reset()
        elif stall is not None:
            self.wfile.write(content[:stall])
            time.sleep(5)
        else:
            with contextlib.suppress(ConnectionError):
                self.wfile.write(content[: max(length, 0)])

    def _start(self, behaviour: Behaviour) -> int | None:
        asked = self.headers["Range"]
        mark = self.headers["If-Range"]
        changed = behaviour.honour_if_range and mark is not None and mark != behaviour.etag
        if not behaviour.ranges or asked is None or changed:
            return None
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def _head(self, status: int, length: int | None, span: str | None = None) -> None:
        behaviour = cast(_Server, self.server).behaviour
        behaviour.answers.append(status)
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if behaviour.etag:
            self.send_header("ETag", behaviour.etag)
        if span:
            self.send_header("Content-Range", span)
        self.end_headers()

    def _redirect(self, path: str) -> None:
        self.send_response(302)
        self.send_header("Location", path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _reset(self) -> None:
        """End with RST, as a crashing server does, once the client has had what was sent."""
        self.wfile.flush()
        time.sleep(0.05)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
        """Keep the tests' output clean."""


@contextlib.contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Run the server in a thread; yields its address without a trailing slash."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.behaviour = behaviour
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
