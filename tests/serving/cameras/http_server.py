"""A real HTTP camera on loopback, MJPEG, snapshots and MPEG-TS, with faults on demand."""

import base64
import contextlib
import io
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from PIL import Image

from tests.data.videos import scene

FPS = 25
PIECE_BYTES = 7 * 188
USER_INFO = "operator:p%40ss%2Fword"
"""As it stands in an address; the server wants it where `locked`."""
PASSWORD = "p@ss/word"
DIGEST = 'Digest realm="camera", nonce="1", qop="auth", algorithm=MD5'


def jpeg(number: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """`scene` as a JPEG file."""
    content = io.BytesIO()
    Image.fromarray(scene(size, number)).save(content, "JPEG")
    return content.getvalue()


class HttpCamera:
    """The camera and its faults, which may be set at any time; `start` after `kill` takes the same port.

    frozen: it stays connected and silent. garbage: rubbish between two pictures, once. torn: so many
    pictures are cut short. html: a page instead of pictures. size: of the pictures. locked: "basic" or
    "digest". stream: what `/stream` sends over and over. requests: how many came.
    """

    def __init__(self) -> None:
        self.port = 0
        self.size = (64, 48)
        self.frozen = threading.Event()
        self.garbage = self.html = False
        self.torn = 0
        self.locked: str | None = None
        self.stream = b""
        self.requests = 0
        self.connections: set[socket.socket] = set()
        self.start()

    def start(self) -> None:
        self.dead = False
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.camera = self
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def kill(self) -> None:
        self.dead = True
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def url(self, path: str, user_info: str = "") -> str:
        return f"http://{user_info}{'@' if user_info else ''}127.0.0.1:{self.port}{path}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    camera: HttpCamera


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        camera = cast(_Server, self.server).camera
        camera.requests += 1
        with contextlib.suppress(OSError):
            if not self._may_enter(camera):
                self._answer(401, "text/plain", b"who are you?")
            elif camera.html:
                self._answer(200, "text/html", b"<html><body>Log in, please.</body></html>" * 50)
            elif self.path.startswith("/mjpeg"):
                self._mjpeg(camera)
            elif self.path.startswith("/stream"):
                self._stream(camera)
            else:
                self._wait_while_frozen(camera)
                self._answer(200, "image/jpeg", self._picture(camera, camera.requests))

    def setup(self) -> None:
        super().setup()
        cast(_Server, self.server).camera.connections.add(self.connection)

    def finish(self) -> None:
        cast(_Server, self.server).camera.connections.discard(self.connection)
        super().finish()

    def _stream(self, camera: HttpCamera) -> None:
        self._begin("video/mp2t")
        while not camera.dead:
            for start in range(0, len(camera.stream), PIECE_BYTES):
                self.wfile.write(camera.stream[start : start + PIECE_BYTES])
                time.sleep(0.01)

    def _begin(self, kind: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def _mjpeg(self, camera: HttpCamera) -> None:
        self._begin("multipart/x-mixed-replace; boundary=frame")
        number = 0
        while not camera.dead:
            self._wait_while_frozen(camera)
            if camera.garbage:
                camera.garbage = False
                self.wfile.write(b"\x00\xff\r\nrubbish\r\n" * 500)
            picture = self._picture(camera, number)
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.wfile.write(head.encode() + picture + b"\r\n")
            number += 1
            time.sleep(1 / FPS)

    def _picture(self, camera: HttpCamera, number: int) -> bytes:
        picture = jpeg(number, camera.size)
        if camera.torn:
            camera.torn -= 1
            return picture[:200]
        return picture

    def _wait_while_frozen(self, camera: HttpCamera) -> None:
        while camera.frozen.is_set() and not camera.dead:
            time.sleep(0.02)

    def _may_enter(self, camera: HttpCamera) -> bool:
        given = self.headers.get("Authorization", "")
        if camera.locked == "digest":  # what it proves is left to the client's library
            return given.startswith('Digest username="operator"')
        right = "Basic " + base64.b64encode(f"operator:{PASSWORD}".encode()).decode()
        return camera.locked is None or given == right

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        camera = cast(_Server, self.server).camera
        self.send_response(status)
        if status == 401:
            self.send_header(
                "WWW-Authenticate", DIGEST if camera.locked == "digest" else 'Basic realm="camera"'
            )
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - http.server's name
        """Keep the tests' output clean."""


@contextlib.contextmanager
def http_camera() -> Iterator[HttpCamera]:
    """A running camera, killed at the end."""
    camera = HttpCamera()
    try:
        yield camera
    finally:
        if not camera.dead:
            camera.kill()
