import time
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest

from tests.data.videos import FPS, decode_all, needs_h264, write_video
from tests.serving.cameras.running import cameras
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras import CameraFrame, CameraSettings, recording
from turbo_cli.serving.cameras.recording import Recording

pytestmark = needs_h264


def read_once(path: Path) -> list[CameraFrame]:
    """Every frame of a recording, as fast as possible."""
    with cameras() as readers:
        readers.open("file", str(path), repeat=False, paced=False)
        frames = []
        while readers.named("file").state != "stopped":
            frames += readers.inbox.take(0.1)
        return frames + readers.inbox.take(0)


def test_once_and_as_fast_as_possible_gives_every_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "street.mp4")
    frames = read_once(path)
    assert [frame.index for frame in frames] == list(range(60))
    for frame, expected in zip(frames, decode_all(path), strict=True):
        np.testing.assert_array_equal(frame.image, expected)
    np.testing.assert_allclose(np.diff([frame.time for frame in frames]), 1 / FPS, atol=1e-3)


def test_a_folder_is_one_camera_whose_time_goes_on(tmp_path: Path) -> None:
    write_video(tmp_path / "part10.mp4", frames=5, size=(96, 48))
    write_video(tmp_path / "part2.mp4", frames=7)
    (tmp_path / "notes.txt").write_text("no video")
    frames = read_once(tmp_path)
    assert [frame.image.shape[1] for frame in frames] == [64] * 7 + [96] * 5
    np.testing.assert_allclose(np.diff([frame.time for frame in frames]), 1 / FPS, atol=1e-3)


def test_time_stamps_that_go_backwards(tmp_path: Path) -> None:
    first = write_video(
        tmp_path / "late.ts", milliseconds=lambda number: 5_000 + 40 * number, options={"bf": "0"}
    )
    second = write_video(tmp_path / "early.ts", milliseconds=lambda number: 40 * number, options={"bf": "0"})
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    frames = read_once(joined)
    assert len(frames) > 100
    assert all(0 < step < 1 for step in np.diff([frame.time for frame in frames]))


def test_damage_is_counted_and_survived(tmp_path: Path) -> None:
    path = write_video(tmp_path / "street.avi", codec="mjpeg", pixels="yuvj420p", options={"g": "1"})
    content = bytearray(path.read_bytes())
    picture = content.index(b"\xff\xd8", len(content) // 2)
    after = content.index(b"00dc", picture)
    content[picture:after] = bytes(after - picture)
    path.write_bytes(content)
    with cameras() as readers:
        readers.open("file", str(path), repeat=False, paced=False)
        frames = []
        while readers.named("file").state != "stopped":
            frames += readers.inbox.take(0.1)
        assert readers.named("file").decode_errors == 1
    assert len(frames) >= 58


def test_paced_and_repeated_it_plays_for_ever_by_its_clock(tmp_path: Path) -> None:
    path = write_video(tmp_path / "street.mp4", frames=5)
    with cameras(capacity=100) as readers:
        readers.open("file", str(path))
        readers.until_frames("file", 12)
        frames = readers.inbox.take(0)
    played_s = frames[11].arrived_at - frames[0].arrived_at
    assert played_s >= 11 / FPS - 0.01
    assert frames[11].time - frames[0].time == pytest.approx(11 / FPS, abs=1e-3)


@pytest.mark.parametrize("set_by_s", [-3600.0, 3600.0])
def test_it_keeps_its_pace_when_the_clock_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_by_s: float
) -> None:
    path = write_video(tmp_path / "street.mp4", frames=5)
    settings = [0.0]
    clock = SimpleNamespace(
        time=lambda: time.time() + (settings.pop() if settings else set_by_s), monotonic=time.monotonic
    )
    monkeypatch.setattr(recording, "time", clock)
    began = time.monotonic()
    items = list(Recording(path, CameraSettings(name="file", url=str(path), repeat=False)).pictures(Event()))
    assert len(items) == 5
    assert 4 / FPS - 0.01 <= time.monotonic() - began < 30


def test_not_one_frame_is_a_lost_camera(tmp_path: Path) -> None:
    (tmp_path / "street.mp4").write_bytes(b"no video")
    with cameras() as readers:
        readers.open("file", str(tmp_path / "street.mp4"), repeat=True)
        assert "not one frame" in str(readers.until("file", "lost").last_error)


def test_no_video_is_refused_at_once(tmp_path: Path) -> None:
    with cameras() as readers, pytest.raises(TurboError, match="no such file or folder"):
        readers.open("file", str(tmp_path / "none.mp4"))
    with cameras() as readers, pytest.raises(TurboError, match="no video in it"):
        readers.open("file", str(tmp_path))
