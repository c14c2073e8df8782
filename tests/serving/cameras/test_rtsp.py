import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.videos import needs_h264, write_video
from tests.serving.cameras.http_server import PASSWORD, USER_INFO
from tests.serving.cameras.rtsp import RtspCamera, rtsp_camera
from tests.serving.cameras.running import Cameras, cameras

pytestmark = needs_h264


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("rtsp") / "video.mp4", options={"g": "10", "bf": "0"})


@pytest.fixture
def camera(video: Path) -> Iterator[RtspCamera]:
    with rtsp_camera(video) as server:
        yield server


@pytest.fixture
def readers() -> Iterator[Cameras]:
    with cameras(capacity=50) as supervisor:
        yield supervisor


def test_times_are_the_streams(readers: Cameras, camera: RtspCamera) -> None:
    readers.open("gate", camera.url())
    readers.until_frames("gate", 45)
    frames = readers.inbox.take(10)
    steps = [after.time - before.time for before, after in itertools.pairwise(frames)][-15:]
    assert steps == pytest.approx([0.04] * len(steps), abs=0.002)
    assert all(frame.time <= frame.arrived_at + 0.001 for frame in frames)


@pytest.mark.parametrize("repetition", range(2))
def test_killed_and_restarted(readers: Cameras, camera: RtspCamera, repetition: int) -> None:
    readers.open("gate", camera.url())
    readers.until_frames("gate")
    camera.kill()
    readers.until("gate", "lost")
    camera.start()
    readers.until("gate", "live")
    readers.until_frames("gate", 30)


@pytest.mark.parametrize("repetition", range(2))
def test_stopped_and_continued(readers: Cameras, camera: RtspCamera, repetition: int) -> None:
    readers.open("gate", camera.url())
    readers.until_frames("gate")
    camera.freeze()
    readers.until("gate", "stalled")
    readers.until("gate", "lost")
    camera.thaw()
    readers.until("gate", "live")
    readers.until_frames("gate", 30)


def test_one_frozen_camera_leaves_the_others_alone(readers: Cameras, camera: RtspCamera, video: Path) -> None:
    with rtsp_camera(video) as other:
        readers.open("gate", camera.url())
        readers.open("yard", other.url())
        readers.until_frames("gate")
        readers.until_frames("yard")
        camera.freeze()
        readers.until("gate", "lost")
        readers.until_frames("yard", 25)
        assert readers.named("yard").reconnects == 0


def test_passwords(readers: Cameras, video: Path) -> None:
    with rtsp_camera(video, f"operator:{PASSWORD}") as locked:
        readers.open("right", locked.url(USER_INFO))
        readers.open("wrong", locked.url("operator:rong-hush"))
        readers.until_frames("right")
        assert readers.until("wrong", "lost").last_error == "wrong user or password (401)"


@pytest.mark.slow
@pytest.mark.parametrize("repetition", range(20))
def test_twenty_reconnect_storms(readers: Cameras, camera: RtspCamera, repetition: int) -> None:
    readers.open("gate", camera.url())
    for _ in range(3):
        readers.until_frames("gate")
        camera.kill()
        readers.until("gate", "lost")
        camera.start()
        readers.until("gate", "live")
