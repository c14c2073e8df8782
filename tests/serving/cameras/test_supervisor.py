import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.videos import write_video
from tests.serving.cameras.http_server import jpeg
from tests.serving.cameras.running import Cameras, cameras
from tests.serving.waiting import until
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras import CameraSettings


@pytest.fixture
def readers() -> Iterator[Cameras]:
    with cameras() as supervisor:
        yield supervisor


@pytest.fixture
def video(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "street.mp4", codec="mpeg4", options={}, frames=10))


def test_pause_closes_and_resume_opens(readers: Cameras, video: str) -> None:
    readers.open("gate", video)
    readers.until_frames("gate")
    readers.pause("gate")
    before = readers.named("gate")
    assert before.state == "paused"
    readers.open("yard", video)
    readers.until_frames("yard", 5)
    assert readers.named("gate").frames == before.frames
    readers.resume("gate")
    readers.until_frames("gate")
    assert readers.named("gate").state == "live"


def test_nothing_arrives_after_remove(readers: Cameras, video: str) -> None:
    readers.open("gate", video)
    readers.until_frames("gate")
    readers.remove("gate")
    readers.inbox.take(0)
    assert readers.inbox.take(0.2) == []
    assert readers.statuses() == []


def test_reload_touches_only_what_changed(readers: Cameras, video: str) -> None:
    def settings(name: str, **more: object) -> CameraSettings:
        return CameraSettings.model_validate({"name": name, "url": video, **more})

    readers.reload([settings("same"), settings("changed"), settings("gone")])
    for name in ("same", "changed", "gone"):
        readers.until_frames(name, 5)
    frames = readers.named("same").frames
    readers.reload([settings("new"), settings("same"), settings("changed", paced=False)])
    assert [status.camera for status in readers.statuses()] == ["new", "same", "changed"]
    assert readers.named("same").frames >= frames
    assert readers.named("changed").frames < 5
    readers.until_frames("new", 1)


def test_a_reload_that_fails_changes_nothing(readers: Cameras, video: str) -> None:
    readers.open("gate", video)
    wanted = CameraSettings(name="yard", url="rtsp://ann:${NO_SUCH_NAME}@yard")
    with pytest.raises(TurboError, match="camera 'yard': key url: there is no environment variable"):
        readers.reload([wanted])
    readers.until_frames("gate")


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        ("gopher://gate", {}, "unknown kind 'gopher' (known: file, http, https, rtsp, rtsps)"),
        ("rtsp://gate", {"poll_s": 1.0}, "key poll_s: is for http and https"),
        ("street.mp4", {}, "street.mp4: no such file or folder"),
    ],
)
def test_addresses_that_are_refused(readers: Cameras, url: str, more: dict[str, float], said: str) -> None:
    with pytest.raises(TurboError) as refusal:
        readers.open("gate", url, **more)
    assert said in str(refusal.value)
    assert readers.statuses() == []


def test_names(readers: Cameras, video: str) -> None:
    readers.open("gate", "post:")
    with pytest.raises(TurboError, match="'gate' is there already"):
        readers.open("gate", video)
    with pytest.raises(TurboError, match="did you mean 'gate'"):
        readers.pause("gat")
    readers.open("file", video)
    with pytest.raises(TurboError, match="takes no posted frames"):
        readers.post("file", jpeg(1))


def test_settings_show_no_address_in_errors() -> None:
    with pytest.raises(ValueError, match="name") as refusal:
        CameraSettings.model_validate({"name": "no such/name", "url": "rtsp://ann:hush@gate"})
    assert "hush" not in str(refusal.value)
    assert "hush" not in repr(CameraSettings(name="gate", url="rtsp://ann:hush@gate"))


def test_a_bug_in_one_source_is_logged_without_secrets_and_survived(
    readers: Cameras, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://ann:hush@127.0.0.1:9/mjpeg"

    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError(f"bug at {url}")

    monkeypatch.setattr("turbo_cli.serving.cameras.stream.av.open", broken)
    caplog.set_level(logging.INFO)
    readers.open("gate", url)
    readers.open("client", "post:")
    assert readers.until("gate", "lost").last_error == "RuntimeError: bug at http://***@127.0.0.1:9/mjpeg"
    until(lambda: "Traceback" in caplog.text)
    assert "hush" not in caplog.text
    readers.post("client", jpeg(1))
