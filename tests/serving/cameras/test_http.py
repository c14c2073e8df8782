import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.data.videos import needs_h264, remux, scene, write_video
from tests.serving.cameras.http_server import PASSWORD, USER_INFO, HttpCamera, http_camera
from tests.serving.cameras.running import Cameras, cameras
from tests.serving.waiting import until

NO_MORE_KEYS = {"g": "1000", "bf": "0", "sc_threshold": "0"}
KINDS = {"mjpeg": {}, "snapshot": {"poll_s": 0.03}}


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    with http_camera() as server:
        yield server


@pytest.fixture
def readers() -> Iterator[Cameras]:
    with cameras() as supervisor:
        yield supervisor


def open_kind(readers: Cameras, camera: HttpCamera, kind: str, user_info: str = "") -> None:
    readers.open("gate", camera.url(f"/{kind}", user_info), **KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_arrive_in_order_with_their_times(readers: Cameras, camera: HttpCamera, kind: str) -> None:
    open_kind(readers, camera, kind)
    frames = [readers.inbox.take(10)[0] for _ in range(4)]
    assert all(frame.image.shape == (48, 64, 3) and frame.image.dtype == np.uint8 for frame in frames)
    distance = [np.abs(frames[0].image - scene((64, 48), k).astype(int)).mean() for k in range(8)]
    assert min(distance) < 8
    for before, after in itertools.pairwise(frames):
        assert before.index < after.index
        assert before.time == before.arrived_at < after.arrived_at
    assert all(frame.decode_ms > 0 for frame in frames)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("repetition", range(2))
def test_killed_and_restarted(readers: Cameras, camera: HttpCamera, kind: str, repetition: int) -> None:
    open_kind(readers, camera, kind)
    readers.until_frames("gate")
    camera.kill()
    assert readers.until("gate", "lost").last_error
    camera.start()
    readers.until("gate", "live")
    readers.until_frames("gate")
    assert readers.named("gate").reconnects == 1


@pytest.mark.parametrize("kind", KINDS)
def test_frozen_is_stalled_then_lost_then_back(readers: Cameras, camera: HttpCamera, kind: str) -> None:
    open_kind(readers, camera, kind)
    readers.until_frames("gate")
    camera.frozen.set()
    readers.until("gate", "stalled")
    readers.until("gate", "lost")
    camera.frozen.clear()
    readers.until("gate", "live")
    readers.until_frames("gate")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_instead_of_pictures(readers: Cameras, camera: HttpCamera, kind: str) -> None:
    camera.html = True
    open_kind(readers, camera, kind)
    error = readers.until("gate", "lost").last_error
    assert error in ("what it sends is no video that can be read", "sends text/html, not a picture")
    camera.html = False
    readers.until("gate", "live")


@pytest.mark.parametrize("kind", KINDS)
def test_cut_pictures_are_counted_and_survived(readers: Cameras, camera: HttpCamera, kind: str) -> None:
    open_kind(readers, camera, kind)
    readers.until_frames("gate")
    camera.torn = 3
    until(lambda: readers.named("gate").decode_errors == 3)
    readers.until_frames("gate")
    assert readers.named("gate").reconnects == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_size_is_survived(readers: Cameras, camera: HttpCamera, kind: str) -> None:
    open_kind(readers, camera, kind)
    readers.until_frames("gate")
    camera.size = (96, 80)
    until(lambda: (readers.named("gate").width, readers.named("gate").height) == (96, 80))
    assert readers.named("gate").reconnects == 0


@pytest.mark.parametrize("repetition", range(3))
def test_garbage_in_the_middle(readers: Cameras, camera: HttpCamera, repetition: int) -> None:
    open_kind(readers, camera, "mjpeg")
    readers.until_frames("gate")
    camera.garbage = True
    until(lambda: not camera.garbage)
    readers.until_frames("gate", 5)
    assert readers.until("gate", "live").reconnects <= 1


@pytest.mark.parametrize(
    ("kind", "lock"), [("mjpeg", "basic"), ("snapshot", "basic"), ("snapshot", "digest")]
)
def test_passwords(
    readers: Cameras, camera: HttpCamera, kind: str, lock: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    camera.locked = lock
    open_kind(readers, camera, kind, USER_INFO)
    readers.until_frames("gate")
    readers.remove("gate")
    open_kind(readers, camera, kind, "someone:w%2Frong-hush")
    assert readers.until("gate", "lost").last_error == "wrong user or password (401)"
    for secret in (PASSWORD, USER_INFO, "rong-hush"):
        assert secret not in caplog.text + repr(readers.statuses())


@needs_h264
def test_a_stream_without_key_frames(readers: Cameras, camera: HttpCamera, tmp_path: Path) -> None:
    video = write_video(tmp_path / "video.ts", frames=500, options=NO_MORE_KEYS)
    camera.stream = remux(video, tmp_path / "headless.ts", skip=1).read_bytes()
    readers.open("gate", camera.url("/stream"))
    assert "does it send key frames?" in str(readers.until("gate", "lost").last_error)
    assert readers.named("gate").frames == 0
    camera.stream = video.read_bytes()
    camera.kill()
    camera.start()
    readers.until_frames("gate", 100)


@needs_h264
def test_a_stream_whose_size_changes(readers: Cameras, camera: HttpCamera, tmp_path: Path) -> None:
    parts = [write_video(tmp_path / f"{width}.h264", size=(width, 48)) for width in (64, 96)]
    camera.stream = b"".join(part.read_bytes() for part in parts)
    readers.open("gate", camera.url("/stream"))
    until(lambda: readers.named("gate").width == 64)
    until(lambda: readers.named("gate").width == 96)
    until(lambda: readers.named("gate").width == 64)
    assert readers.named("gate").reconnects == 0


def test_a_name_that_does_not_resolve(readers: Cameras) -> None:
    readers.open("gate", "rtsp://ann:hush@no-such-host.invalid/live")
    status = readers.until("gate", "lost")
    assert status.last_error == "its host's name does not resolve"
    assert status.address == "rtsp://***@no-such-host.invalid/live"
