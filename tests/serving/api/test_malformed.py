"""Bad requests and bad images by the thousand: no 5xx, no growth, no secret."""

import json
import logging
import socket
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx2 as httpx
import psutil
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.serving.api.running import OPEN_CAMERA, TOKEN, Service, guarded, picture, serving

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
SECRET = "hunter2hunter2"
SECRETS = (SECRET, TOKEN)
CAMERAS = (
    OPEN_CAMERA,
    {"name": "yard", "url": f"rtsp://admin:{SECRET}@127.0.0.1:9/live?token={SECRET}"},
    {"name": "roof", "url": f"http://127.0.0.1:9/x.jpg?key={SECRET}", "poll_s": 0.1},
)
PATHS = (
    "/", "/v1/cameras", "/v1/cameras/gate/pause", "/v1/cameras/gate/resume", "/v1/cameras/gate/picture",
    "/v1/cameras/yard", "/v1/frames", "/v1/results", "/v1/plan", "/v1/config", "/v1/status", "/v1/windows",
    "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/assets/app.js", "/assets/../pages.py",
    "/assets/%2e%2e%2fpages.py", "/assets/%00", "/v1/cameras/%F0%9F", "/v1/cameras/..%2f..%2fetc", "//", "/%",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW")
VALUES = (
    "",
    "gate",
    "-1",
    "1e999",
    "nan",
    "0",
    "9" * 400,
    "\u0000",
    "💥",
    "../../etc/passwd",
    "${HOME}",
    "a" * 4000,
)
BODIES = (
    b"", b"{", b"[]", b"null", b'{"name":' + b"[" * 5000, b"\xff\xfe", b'{"name":"gate","url":"post:"}',
    b'{"name":"x","url":"post:","max_pixels":1e400}', b'{"name":"x","url":"\\ud800"}', b"x" * 70_000,
    json.dumps({"name": "x", "url": f"gopher://u:{SECRET}@h/", "poll_s": "y"}).encode(),
)  # fmt: skip
KINDS = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/html",
    "application/json",
    "multipart/form-data",
    "\x7f",
    "",
)


def damaged(random: Random) -> bytes:
    """An image with some of its bytes changed, cut off, or put twice."""
    content = bytearray(
        picture(random.choice(["JPEG", "PNG", "WEBP", "GIF", "BMP"]), seed=random.randrange(9))
    )
    for _ in range(random.randrange(1, 30)):
        content[random.randrange(len(content))] = random.randrange(256)
    start, end = sorted(random.choices(range(len(content)), k=2))
    return bytes(random.choice([content, content[:end], content[start:], content + content]))


def bad_request(random: Random) -> dict[str, Any]:
    """One request, seldom a good one."""
    is_image = random.random() < 0.4
    parameters = {key: random.choice(VALUES) for key in ("camera", "time", "after") if random.random() < 0.5}
    return {
        "method": "POST" if is_image else random.choice(METHODS),
        "url": "/v1/frames" if is_image else random.choice(PATHS),
        "params": {"camera": "gate"} if is_image else {**parameters, "wait_s": 0},
        "content": damaged(random) if is_image else random.choice(BODIES),
        "headers": {"Content-Type": random.choice(KINDS).encode()},
    }


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with guarded(cameras=CAMERAS) as running:
        yield running


def ask(service: Service, random: Random) -> httpx.Response:
    client = service.trusted if random.random() < 0.8 else service.client
    return client.request(**bad_request(random))


@pytest.mark.slow
def test_bad_requests(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    random = Random(5)
    process = psutil.Process()
    used: list[int] = []
    for number in range(1000):
        answer = ask(service, random)
        assert answer.status_code < 500, answer.request
        assert not any(secret in answer.text + str(answer.headers) for secret in SECRETS)
        if answer.status_code >= 400 and answer.request.method != "HEAD":
            assert answer.json()["error"]
        if number % 300 == 299:
            used.append(process.memory_info().rss)
    assert used[2] - used[1] < 20 << 20
    pages = ("/v1/cameras", "/v1/status", "/v1/config", "/metrics", "/v1/results?after=0")
    shown = [service.trusted.get(path).text for path in pages]
    assert not any(secret in text for text in [*shown, caplog.text] for secret in SECRETS)


def test_noise_instead_of_http(service: Service) -> None:
    host, port = service.server.url.removeprefix("http://").split(":")
    random = Random(6)
    good = b"POST /v1/frames?camera=gate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nnothing.."
    for _ in range(200):
        noise = bytearray(good)
        for _ in range(random.randrange(1, 9)):
            noise[random.randrange(len(noise))] = random.randrange(256)
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            assert not connection.recv(4096).startswith(b"HTTP/1.1 5")
    assert service.client.get("/healthz").status_code == 200


@pytest.mark.slow
def test_what_the_schema_says_holds() -> None:
    with serving() as running:
        schema = schemathesis.openapi.from_url(f"{running.server.url}/openapi.json")
        for found in schema.exclude(path="/v1/results").get_all_operations():  # which would wait for records
            assert isinstance(found, Ok)
            _try(found.ok())


def _try(operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy())
    def holds(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    holds()
