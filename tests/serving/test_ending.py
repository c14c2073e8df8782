"""How a service ends while clients hold it up."""

import socket

import pytest

from tests.serving.api.running import serving
from turbo_cli.serving.service import end

HALF_A_BODY = (
    b"POST /v1/frames?camera=gate HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: image/jpeg\r\nContent-Length: 100\r\n\r\nhalf"
)


def test_a_client_that_never_ends_its_request_leaves_time_for_frames_and_results(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left_s: list[float] = []
    with serving() as service, monkeypatch.context() as patched:
        patched.setattr(service.engine, "stop", lambda deadline_s: left_s.append(deadline_s))
        port = int(service.server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(HALF_A_BODY)
            service.client.get("/healthz")  # answered when the half was taken
            end(service.engine, service.server, 4)
    assert left_s[0] > 1
