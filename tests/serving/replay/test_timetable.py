"""When which frame is sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turbo_cli.data.dataset import FrameInfo
from turbo_cli.serving.cameras import CameraSettings
from turbo_cli.serving.replay.timetable import Shot, camera_name, make_timetable


def frames(**timestamps: list[float]) -> list[FrameInfo]:
    return [
        FrameInfo(0, camera, index, timestamp, 64, 48)
        for camera, moments in timestamps.items()
        for index, timestamp in enumerate(moments)
    ]


def test_a_recording_plays_once_by_its_own_clock() -> None:
    shots = make_timetable(frames(a=[5.0, 5.1, 5.4]))
    assert [(shot.camera, shot.row) for shot in shots] == [("a", 0), ("a", 1), ("a", 2)]
    assert [shot.at_s for shot in shots] == pytest.approx([0, 0.1, 0.4])


def test_cameras_start_a_fraction_of_a_frame_apart() -> None:
    shots = make_timetable(frames(a=[0.0, 1.0], b=[0.0, 1.0]), fps=2)
    assert shots == [Shot("a", 0, 0.0), Shot("b", 2, 0.25), Shot("a", 1, 0.5), Shot("b", 3, 0.75)]


def test_more_cameras_than_recordings_play_the_same_under_other_names() -> None:
    shots = make_timetable(frames(a=[0.0], b=[0.0]), cameras=5, fps=1)
    assert [(shot.camera, shot.row) for shot in shots] == [
        ("a", 0),
        ("b", 1),
        ("a-2", 0),
        ("b-2", 1),
        ("a-3", 0),
    ]


def test_sequences_whose_names_no_camera_may_have_stay_apart() -> None:
    shots = make_timetable(frames(**{"北门": [0.0], "南门": [0.0], "camera-2": [0.0]}), fps=1)
    assert [(shot.camera, shot.row) for shot in shots] == [("camera", 0), ("camera-2", 1), ("camera-2-2", 2)]


def test_fewer_cameras_leave_recordings_out() -> None:
    assert {shot.camera for shot in make_timetable(frames(a=[0.0], b=[0.0]), cameras=1)} == {"a"}


@settings(deadline=None)
@given(
    count=st.integers(1, 20), fps=st.floats(0.5, 100), seconds=st.floats(0.1, 20), cameras=st.integers(1, 4)
)
def test_a_camera_sends_its_rate_for_as_long_as_asked(
    count: int, fps: float, seconds: float, cameras: int
) -> None:
    shots = make_timetable(frames(a=[float(k) for k in range(count)]), cameras, fps, seconds)
    assert all(0 <= shot.at_s < seconds for shot in shots)
    assert shots == sorted(shots, key=lambda shot: shot.at_s)
    for name in {shot.camera for shot in shots}:
        own = [shot for shot in shots if shot.camera == name]
        assert abs(len(own) - seconds * fps) <= 1 + 1e-6
        assert [shot.row for shot in own] == [k % count for k in range(len(own))]


@given(st.text(min_size=1, max_size=100))
def test_every_sequence_can_be_a_camera(sequence: str) -> None:
    CameraSettings(name=camera_name(sequence), url="post:")
