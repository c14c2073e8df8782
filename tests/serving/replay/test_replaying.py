"""Recordings as live cameras to a real service on loopback."""

from collections import Counter
from pathlib import Path

import pytest

from tests.serving.api.running import TOKEN, guarded, serving
from tests.small_dataset import write_street
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.errors import TurboError
from turbo_cli.serving.replay import ReplayOptions, replay
from turbo_cli.serving.replay.faults import parse_fault


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
    with pytest.raises(TurboError, match="no service"):
        replay(dataset, "localhost", ReplayOptions())
