"""Recordings as live cameras to a real service on loopback."""

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.serving.api.running import TOKEN, guarded, serving
from tests.small_dataset import write_street
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.errors import TurboError
from turbo_cli.serving.replay import ReplayOptions, replay
from turbo_cli.serving.replay.faults import Line, parse_fault
from turbo_cli.serving.replay.posting import post_frames
from turbo_cli.serving.replay.service import added
from turbo_cli.serving.replay.timetable import Shot


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(write_street(tmp_path / "street"))


def test_every_posted_frame_is_answered_and_the_cameras_go_again(dataset: Dataset) -> None:
    with serving() as service:
        report, outcomes = replay(dataset, service.server.url, ReplayOptions(cameras=3, fps=10))
        left = [figures["camera"]["camera"] for figures in service.client.get("/v1/cameras").json()]
    assert (report.frames, report.whole, report.answered, report.lost) == (18, 18, 18, 0)
    assert report.levels.get(0, 0) + report.dropped == 18
    assert report.map and 0 <= report.map.low <= report.map.value <= report.map.high <= 1
    for outcome in outcomes:
        assert outcome.record and outcome.record.camera == outcome.shot.camera
        assert outcome.record.time == pytest.approx(outcome.sent_at, abs=1e-3)
    assert Counter(outcome.record.index for outcome in outcomes if outcome.record) == dict.fromkeys(
        range(6), 3
    )
    assert left == ["gate"]


def test_faults_damage_what_they_should_and_nothing_else(dataset: Dataset) -> None:
    kinds = ("garbage", "drop", "reconnect", "freeze", "slow")
    faults = [parse_fault(f"{kind}@{second + 0.45}+0.2") for second, kind in enumerate(kinds)]
    with serving() as service:
        options = ReplayOptions(fps=10, seconds=6, faults=faults)
        report, outcomes = replay(dataset, service.server.url, options)
        failed_windows = service.engine.status().failed_windows
    damaged = [round(outcome.shot.at_s, 1) for outcome in outcomes if not outcome.whole]
    assert damaged == [0.5, 0.6, 1.5, 1.6, 2.5, 2.6, 3.6]
    assert report.lost == 0
    assert report.answered + sum(report.refused.values()) == report.whole == 53
    assert failed_windows == 0


def test_mjpeg_is_read_by_the_service_as_by_any_other_client(dataset: Dataset) -> None:
    with guarded(frames_a_camera=15) as service:  # room for all, so that a busy machine skips none
        options = ReplayOptions(via="mjpeg", token=TOKEN, cameras=2, fps=5, seconds=3)
        report, outcomes = replay(dataset, service.server.url, options)
    assert (report.frames, report.whole, report.answered, report.lost) == (30, 30, 30, 0)
    for camera in ("street", "street-2"):
        own = [outcome for outcome in outcomes if outcome.shot.camera == camera]
        assert [outcome.record.index for outcome in own if outcome.record] == list(range(15))


def test_mjpeg_comes_back_after_a_storm_of_reconnects(dataset: Dataset) -> None:
    with guarded() as service:
        faults = [parse_fault("reconnect@1+1"), parse_fault("garbage@0.5+0.2")]
        options = ReplayOptions(via="mjpeg", token=TOKEN, fps=10, seconds=6, faults=faults)
        _, outcomes = replay(dataset, service.server.url, options)
    assert [outcome for outcome in outcomes if outcome.record and outcome.shot.at_s > 4]


def test_a_stream_needs_a_token(dataset: Dataset) -> None:
    with serving() as service, pytest.raises(TurboError, match="token"):
        replay(dataset, service.server.url, ReplayOptions(via="mjpeg"))


def test_no_service_is_an_error_of_one_line(dataset: Dataset) -> None:
    with pytest.raises(TurboError, match="turbo serve"):
        replay(dataset, "http://127.0.0.1:1", ReplayOptions())


@pytest.mark.parametrize(
    "url", ["localhost", "localhost:8080", "http://127.0.0.1:99999", "http://[::1", "http://h:-1"]
)
def test_what_is_no_address_is_said(dataset: Dataset, url: str) -> None:
    with pytest.raises(TurboError, match="--to: "):
        replay(dataset, url, ReplayOptions())


def test_no_password_is_shown(dataset: Dataset) -> None:
    for url in ("http://ann:hush@127.0.0.1:1", "http://ann:hush@127.0.0.1:99999"):
        with pytest.raises(TurboError) as refused:
            replay(dataset, url, ReplayOptions())
        assert "hush" not in str(refused.value)


def test_a_camera_that_is_refused_is_said_whatever_its_name() -> None:
    asked = list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.raw_path.decode()}")
        if request.method == "POST" and len(asked) > 2:
            return httpx.Response(422, text="no name")
        return httpx.Response(200, json=[])

    async def add() -> None:
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://box") as client,
            added(client, {"a/b": "x", "yard\n1": "x"}),
        ):
            raise AssertionError

    with pytest.raises(TurboError, match="no name"):
        asyncio.run(add())
    assert asked[-1] == "DELETE /v1/cameras/a%2Fb"


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of something else than a service: it gives everybody the same answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_one() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)

        threading.Thread(target=answer_one, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no service answers"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "is no `turbo serve`"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "is no `turbo serve`"),
    ],
)
def test_another_server_is_an_error_of_one_line(dataset: Dataset, answer: bytes, problem: str) -> None:
    with answering(answer) as url, pytest.raises(TurboError, match=problem):
        replay(dataset, url, ReplayOptions())


def test_an_answer_of_a_proxy_is_a_refusal_like_others() -> None:
    proxy = httpx.MockTransport(lambda _: httpx.Response(502, html="<h1>Bad Gateway</h1>"))

    async def post() -> list[str | None]:
        async with httpx.AsyncClient(transport=proxy, base_url="http://box") as client:
            outcomes = await post_frames(client, [Shot("gate", 0, 0.0)], {0: b"picture"}, Line((), 0))
        return [outcome.refusal for outcome in outcomes]

    assert asyncio.run(post()) == ["502 Bad Gateway"]
