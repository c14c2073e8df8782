import json
import socket
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.serving.api.running import Service, guarded, picture, post, serving
from tests.serving.waiting import until

EVENTS = {"Accept": "text/event-stream"}


def post_frames(service: Service, count: int) -> None:
    for seed in range(count):
        assert post(service.client, picture(seed=seed)).status_code == 200


def events(lines: Iterator[str], count: int) -> list[tuple[int, int]]:
    """Number and index of the next events of a stream, which stays open as long as `lines` lives."""
    found: list[tuple[int, int]] = []
    number = 0
    for line in lines:
        if line.startswith("id: "):
            number = int(line[4:])
        if line.startswith("data: "):
            found.append((number, json.loads(line[6:])["index"]))
        if len(found) == count:
            break
    return found


def test_a_long_poll_goes_on_where_the_last_one_ended() -> None:
    with serving() as service:
        post_frames(service, 3)
        first = service.client.get("/v1/results?after=1").json()
        assert [record["index"] for record in first["records"]] == [1, 2]
        assert (first["last"], first["lost"]) == (3, 0)
        assert service.client.get("/v1/results?after=3&wait_s=0").json()["records"] == []
        assert service.client.get("/v1/results?after=0&camera=nobody&wait_s=0").json()["records"] == []


def test_events_go_on_after_the_last_one_seen() -> None:
    with serving() as service:
        post_frames(service, 3)
        with service.client.stream("GET", "/v1/results", headers={**EVENTS, "Last-Event-ID": "1"}) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert events(answer.iter_lines(), 2) == [(2, 1), (3, 2)]


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "two"])
def test_what_is_no_number_of_an_event_is_passed_over(number: str) -> None:
    headers = {**EVENTS, "Last-Event-ID": number}
    with serving() as service:
        post_frames(service, 1)
        with service.client.stream("GET", "/v1/results?after=0", headers=headers) as answer:
            assert answer.status_code == 200
            assert events(answer.iter_lines(), 1) == [(1, 0)]


def test_a_websocket_brings_records_as_they_come() -> None:
    with serving() as service:
        post_frames(service, 1)
        address = service.server.url.replace("http", "ws") + "/v1/results?after=0"
        with connect(address, proxy=None) as followed:
            assert json.loads(followed.recv(5))["records"][0]["index"] == 0
            post_frames(service, 1)
            assert json.loads(followed.recv(5))["records"][0]["index"] == 1


def test_followers_are_counted_and_make_room_when_they_leave() -> None:
    with serving(limits={"followers": 1}) as service:
        with service.client.stream("GET", "/v1/results", headers=EVENTS, params={"after": 0}) as first:
            post_frames(service, 1)
            lines = first.iter_lines()
            assert events(lines, 1) == [(1, 0)]
            assert service.trusted.get("/v1/results", headers=EVENTS).status_code == 429
        until(lambda: service.client.get("/v1/results?wait_s=0").status_code == 200)


def test_who_never_reads_his_stream_delays_nobody() -> None:
    with serving() as service:
        address = service.server.url.removeprefix("http://").split(":")
        with socket.create_connection((address[0], int(address[1]))) as deaf:
            deaf.sendall(
                b"GET /v1/results?after=0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
            )
            post_frames(service, 30)
            assert service.client.get("/v1/results?after=29").json()["last"] == 30


def test_streams_end_when_the_service_stops() -> None:
    with serving() as service:
        with service.client.stream("GET", "/v1/results", headers=EVENTS, params={"after": 0}) as answer:
            post_frames(service, 1)
            lines = answer.iter_lines()
            assert events(lines, 1) == [(1, 0)]
            before = time.monotonic()
            service.server.stop(10)
            assert list(lines)[-1] == ""
        assert time.monotonic() - before < 10


def test_a_websocket_needs_the_token_too() -> None:
    with guarded() as service, pytest.raises(InvalidStatus) as refused:
        connect(service.server.url.replace("http", "ws") + "/v1/results", proxy=None)
    assert refused.value.response.status_code == 401


def test_a_page_of_another_site_may_not_open_a_websocket() -> None:
    with serving() as service, pytest.raises(InvalidStatus) as refused:
        connect(
            service.server.url.replace("http", "ws") + "/v1/results",
            proxy=None,
            origin=Origin("http://evil.test"),
        )
    assert refused.value.response.status_code == 403
