"""The whole engine in real time, with real cameras."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.data.videos import write_video
from tests.profiling.streets import make_enhancer
from tests.serving.cameras.http_server import jpeg
from tests.serving.engine.virtual import Listener
from tests.serving.waiting import until
from tests.simulation.profiles import make_profile
from tests.small_detector import SmallDetector
from turbo_cli.errors import TurboError
from turbo_cli.pipelines import make_pipeline
from turbo_cli.serving.cameras import CameraSettings
from turbo_cli.serving.engine import Engine, EngineOptions

Start = Callable[..., tuple[Engine, Listener]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts an engine with cameras of these names and addresses; it is stopped in the end."""
    engines: list[Engine] = []

    def build(enhanced: bool = True, window_ms: float = 100.0, **urls: str) -> tuple[Engine, Listener]:
        listener, detector = Listener(), SmallDetector()
        engine = Engine(
            detector,
            make_enhancer(trained=False, detector=detector) if enhanced else None,
            make_profile() if enhanced else None,
            make_pipeline("all"),
            [CameraSettings(name=name, url=url) for name, url in urls.items()],
            [listener],
            EngineOptions(window_ms=window_ms),
        )
        engines.append(engine)
        engine.start()
        return engine, listener

    yield build
    for engine in engines:
        engine.stop(drain=False, deadline_s=5)


@pytest.fixture
def video(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "street.mp4", codec="mpeg4", options={}, frames=10))


def test_a_video_and_posted_frames_are_served(start: Start, video: str) -> None:
    engine, listener = start(street=video, client="post:")
    posted = [engine.submit("client", jpeg(number), taken_at=100.0 + number) for number in range(3)]
    records = [future.result(timeout=30) for future in posted]
    assert [(record.camera, record.time) for record in records] == [
        ("client", 100.0),
        ("client", 101.0),
        ("client", 102.0),
    ]
    until(lambda: sum(record.camera == "street" for record in listener.records) > 10)
    until(lambda: engine.status().frames.levels[3] > 0 or any(engine.status().frames.levels[1:]))
    engine.stop()
    status = engine.status()
    assert not status.running and status.enhancing and status.assumed
    assert status.frames.accepted == len(listener.records)
    keys = [(record.camera, record.index) for record in listener.records]
    assert len(set(keys)) == len(keys)
    figures = {one.camera.camera: one for one in status.cameras}
    assert figures["client"].frames.accepted == 3
    assert sum(figures["street"].latency.counts) == sum(figures["street"].frames.levels)
    latest = engine.latest("street")
    assert latest and latest.index == max(index for camera, index in keys if camera == "street")
    assert status.last and status.last.plan and status.plan_id == str(status.last.number)


def test_drain_serves_what_waits_and_then_nothing_is_taken(start: Start) -> None:
    engine, listener = start(window_ms=5000, client="post:")
    waiting = [engine.submit("client", jpeg(number)) for number in range(4)]
    begun = time.monotonic()
    engine.stop(drain=True)
    assert time.monotonic() - begun < 4, "it does not wait for the window's end"
    assert [future.result(timeout=0).index for future in waiting] == [0, 1, 2, 3]
    assert [record.index for record in listener.records] == [0, 1, 2, 3]
    with pytest.raises(TurboError, match="stopped"):
        engine.submit("client", jpeg(1))


def test_a_frame_that_is_pushed_out_or_left_behind_is_told(start: Start) -> None:
    engine, listener = start(window_ms=5000, client="post:")
    futures = [engine.submit("client", jpeg(number)) for number in range(5)]
    with pytest.raises(TurboError, match="pushed this one out"):
        futures[0].result(timeout=0)
    engine.stop(drain=False)
    with pytest.raises(TurboError, match="stopped before"):
        futures[1].result(timeout=0)
    assert listener.records == []


def test_without_enhancer_and_profile_it_serves_level_0(start: Start, video: str) -> None:
    engine, listener = start(enhanced=False, street=video)
    until(lambda: len(listener.records) > 5)
    status = engine.status()
    assert not status.enhancing and not status.frames.dropped
    assert {record.level for record in listener.records} == {0}


def test_cameras_come_and_go_while_it_runs(start: Start, video: str) -> None:
    engine, listener = start(street=video)
    engine.add_camera(CameraSettings(name="yard", url=video))
    until(lambda: any(record.camera == "yard" for record in listener.records))
    engine.pause("yard")
    engine.reload_cameras([CameraSettings(name="street", url=video), CameraSettings(name="new", url=video)])
    until(lambda: any(record.camera == "new" for record in listener.records))
    assert [one.camera.camera for one in engine.status().cameras] == ["street", "new"]
    with pytest.raises(TurboError, match="no camera 'yard'"):
        engine.resume("yard")
    with pytest.raises(TurboError, match="takes no posted frames"):
        engine.submit("street", jpeg(1))


def test_a_recording_as_fast_as_possible_loses_no_frame(start: Start, video: str) -> None:
    engine, listener = start(window_ms=1000)
    settings = {"name": "tape", "url": video, "paced": False, "repeat": False}
    engine.add_camera(CameraSettings.model_validate(settings))
    until(lambda: len(listener.records) == 10)
    assert [record.index for record in listener.records] == list(range(10))


def test_what_is_known_of_a_camera_goes_with_it(start: Start) -> None:
    """A thousand cameras that come, deliver and go, twenty-five at a time, and one that stays."""
    engine, listener = start(window_ms=20, lasting="post:")
    engine._runner._pipeline = make_pipeline("glimpse")
    most, drifting = 0, 0
    for batch in range(40):
        names = [f"passing-{batch}-{number}" for number in range(25)]
        for name in names:
            engine.add_camera(CameraSettings(name=name, url="post:"))
        for future in [engine.submit(name, jpeg(batch)) for name in names]:
            future.result(timeout=30)
        most, drifting = max(most, max(_sizes(engine))), drifting + len(engine._parts.drift.states())
        for name in names:
            engine.remove_camera(name)
        engine.submit("lasting", jpeg(batch)).result(timeout=30)
    engine.stop()
    assert max(_sizes(engine)) <= 1, "the one that stays"
    assert 25 <= most <= 51, "those of the batch before go after the next window"
    assert drifting, "D_f was compared, too"
    assert engine.status().frames.accepted == len(listener.records) == 1040


def _sizes(engine: Engine) -> list[int]:
    """How many entries each part holds that knows cameras by name."""
    runner, parts = engine._runner, engine._parts
    assert parts.guard
    by_camera = (vars(runner._pipeline)["_cameras"], vars(engine._figures)["_cameras"], parts.drift._cameras)
    waiting = (engine._inbox._waiting, engine._outbox._waiting)
    counted = (runner.latest, runner._boxes, runner.cameras, parts.guard._frames, *by_camera, *waiting)
    return [*map(len, counted), len({camera for camera, _ in parts.guard._records})]
