"""Clients that go away in the middle of a request."""

import logging
import socket
import struct

import pytest

from tests.serving.api.running import Service, picture, post, serving
from tests.serving.waiting import until
from turbo_cli.serving.api.context import BODIES

IMAGE = picture(size=(640, 360))
HEAD = (
    "POST /v1/frames?camera=gate HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    f"Content-Length: {len(IMAGE)}\r\n\r\n"
).encode()
REQUEST = HEAD + IMAGE
RESET = struct.pack("ii", 1, 0)


def leave_after(service: Service, sent: bytes, reset: bool) -> None:
    port = int(service.server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.sendall(sent)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_client_that_leaves_leaves_no_trace(caplog: pytest.LogCaptureFixture, reset: bool) -> None:
    lengths = [len(HEAD) // 2, len(HEAD), len(HEAD) + 1, len(REQUEST) // 2, len(REQUEST) - 1, len(REQUEST)]
    with caplog.at_level(logging.WARNING), serving() as service:
        for length in lengths * 10:
            leave_after(service, REQUEST[:length], reset)
        context = service.server._context
        until(lambda: len(service.server._server.server_state.connections) == 0)
        until(lambda: context.bodies._value == BODIES)
        until(lambda: not service.engine._outbox._waiting)
        assert post(service.client, picture()).status_code == 200
    assert caplog.records == []
