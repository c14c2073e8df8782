"""A real server that takes records by POST, with faults on demand."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from tests.serving.results.records import indices


class Receiver:
    """taken: indices of the records it took. status: what it answers. frozen: it answers nothing."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[int] = []
        self.headers: dict[str, str] = {}
        self.status = 200
        self.frozen = threading.Event()
        self.start()

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.receiver = self
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def kill(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def url(self, user_info: str = "", host: str = "127.0.0.1") -> str:
        return f"http://{user_info}{'@' if user_info else ''}{host}:{self.port}/hook?token=hush"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast(_Server, self.server).receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        while receiver.frozen.is_set():
            receiver.frozen.wait(0.01)
            return
        receiver.headers = dict(self.headers.items())
        if receiver.status == 200:
            receiver.taken += indices(body)
        self.send_response(receiver.status)
        if receiver.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
        """Keep the tests' output clean."""


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A running receiver, killed at the end."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.kill()
