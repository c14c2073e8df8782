"""Frame k of a video is the k-th frame of a full decode, in whatever order one asks."""

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

from tests.data.videos import decode_all, needs_h264, remux, scene, write_video
from turbo_cli.data.images import Frame
from turbo_cli.data.video import VideoReader
from turbo_cli.data.video_index import index_video
from turbo_cli.errors import TurboError, TurboWarning

OPEN_GOP = {"x264-params": "open-gop=1:keyint=20:min-keyint=20:bframes=3:scenecut=0"}
INTRA_REFRESH = {"x264-params": "intra-refresh=1:keyint=20:bframes=2"}


def assert_same_frames(path: Path, expected: list[Frame]) -> None:
    """In random order with returns, then from front to back."""
    reader = VideoReader(index_video(path))
    assert len(reader.index) == len(expected)
    shuffled = np.random.default_rng(0).permutation(len(expected)).tolist()
    for number in [*shuffled, 0, len(expected) - 1, *range(len(expected))]:
        assert np.array_equal(reader.frame(number), expected[number]), number


@needs_h264
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi", ".h264"])
def test_b_frames_in_every_container(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f"video{suffix}")
    assert_same_frames(path, decode_all(path))


@needs_h264
@pytest.mark.parametrize("options", [OPEN_GOP, INTRA_REFRESH], ids=["open-gop", "intra-refresh"])
@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
def test_key_frames_that_do_not_start_anew(tmp_path: Path, options: dict[str, str], suffix: str) -> None:
    path = write_video(tmp_path / f"video{suffix}", options=options)
    assert_same_frames(path, decode_all(path))


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "options"),
    [
        ("plain.avi", "mpeg4", "yuv420p", {"g": "12"}),
        ("b-frames.avi", "mpeg4", "yuv420p", {"g": "12", "bf": "2"}),
        ("still.avi", "mjpeg", "yuvj420p", {"g": "1"}),
        ("program.mpg", "mpeg2video", "yuv420p", {"g": "12", "bf": "2"}),
        ("hidden.webm", "libvpx", "yuv420p", {"auto-alt-ref": "1", "lag-in-frames": "16", "g": "20"}),
        ("raw.y4m", "rawvideo", "yuv420p", {"g": "1"}),
    ],
)
def test_other_codecs(tmp_path: Path, name: str, codec: str, pixels: str, options: dict[str, str]) -> None:
    path = write_video(tmp_path / name, codec, pixels=pixels, options=options)
    assert_same_frames(path, decode_all(path))


def test_odd_sizes(tmp_path: Path) -> None:
    path = write_video(tmp_path / "odd.avi", "mpeg4", frames=10, size=(65, 49), options={"g": "12"})
    assert decode_all(path)[0].shape == (49, 65, 3)
    assert_same_frames(path, decode_all(path))


@needs_h264
def test_variable_rate_and_late_start_keep_their_times(tmp_path: Path) -> None:
    steps = np.random.default_rng(1).integers(1, 400, 60)
    times = 5000 + np.cumsum(steps)
    path = write_video(tmp_path / "late.mp4", milliseconds=lambda number: int(times[number]))
    assert_same_frames(path, decode_all(path))
    assert np.allclose(index_video(path).timestamps, (times - times[0]) / 1000, atol=1e-3)


@needs_h264
@pytest.mark.parametrize("cut", [5, 12, 30])
def test_edit_list_hides_the_first_frames(tmp_path: Path, cut: int) -> None:
    whole = write_video(tmp_path / "whole.mp4")
    ticks = 512  # of a frame, at FFmpeg's time base 1/12800 for 25 frames a second
    path = remux(whole, tmp_path / "cut.mp4", shift=-cut * ticks)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same_frames(path, decode_all(whole)[cut:])


@needs_h264
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_recording_that_starts_between_key_frames(tmp_path: Path, suffix: str) -> None:
    path = remux(write_video(tmp_path / "whole.mp4"), tmp_path / f"late{suffix}", skip=7)
    assert 0 < len(decode_all(path)) < 53
    assert_same_frames(path, decode_all(path))


@needs_h264
def test_display_matrix_turns_frames_upright(tmp_path: Path) -> None:
    path = write_video(tmp_path / "phone.mp4", frames=3)
    lying = decode_all(path)
    content = bytearray(path.read_bytes())
    matrix = content.index(b"tkhd") + 4 + 40
    clockwise = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0, 1 << 30)
    content[matrix : matrix + 36] = clockwise
    path.write_bytes(content)
    index = index_video(path)
    assert (index.width, index.height) == (48, 64)
    upright = VideoReader(index).frame(2)
    # Clockwise: the left edge becomes the top.
    assert np.array_equal(upright, lying[2][::-1].swapaxes(0, 1))


def test_frames_look_as_they_were_drawn(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", "mpeg4", frames=3, options={"qscale": "1", "flags": "+qscale"})
    frame = VideoReader(index_video(path)).frame(1).astype(int)
    assert np.abs(frame - scene((64, 48), 1))[:, 16:].max() < 8
    red, green, blue = frame[:, 5:9].mean(axis=(0, 1))
    assert red > 200 and green < 60 and blue < 60


@needs_h264
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_video_that_breaks_off_keeps_its_frames(tmp_path: Path, suffix: str) -> None:
    options = {"movflags": "faststart"} if suffix == ".mp4" else {}
    path = write_video(tmp_path / f"cut{suffix}", frames=200, container_options=options)
    expected = decode_all(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reader = VideoReader(index_video(path))
    assert 50 < len(reader.index) < 150
    # A transport stream does not say how long it should be.
    told = [str(one.message) for one in caught if issubclass(one.category, TurboWarning)]
    assert len(told) == (suffix != ".ts")
    assert all(f"{path}: the video breaks off: {len(reader.index)} frames" in message for message in told)
    # The last frames may have lost what they refer to.
    for number in range(len(reader.index) - 4):
        assert np.array_equal(reader.frame(number), expected[number])


@needs_h264
def test_damage_in_the_middle_costs_the_damaged_frames_only(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hole.mp4")
    expected = decode_all(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 300] = bytes(300)
    path.write_bytes(content)
    reader = VideoReader(index_video(path))
    lost = []
    for number in range(60):
        try:
            reader.frame(number)
        except TurboError as error:
            lost.append(number)
            assert f"frame {number} cannot be decoded" in str(error)
    assert lost and len(lost) < 30
    assert np.array_equal(reader.frame(0), expected[0])
    assert np.array_equal(reader.frame(59), expected[59])


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\x00" * 5000])
def test_what_is_no_video_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(TurboError, match=r"broken\.mp4: cannot read video"):
        index_video(path)


@needs_h264
def test_video_without_its_directory_is_one_error(tmp_path: Path) -> None:
    path = write_video(tmp_path / "cut.mp4")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(TurboError, match=r"cut\.mp4: cannot read video"):
        index_video(path)


@needs_h264
def test_frame_numbers_outside_are_refused(tmp_path: Path) -> None:
    reader = VideoReader(index_video(write_video(tmp_path / "a.mp4", frames=5)))
    for number in (-1, 5):
        with pytest.raises(TurboError, match="has 5 frames"):
            reader.frame(number)


def test_real_clip_equals_a_full_decode(shared_data: Path) -> None:
    path = shared_data / "ua-detrac" / "clip" / "ua_detrac.mp4"
    expected = decode_all(path)
    reader = VideoReader(index_video(path))
    assert len(reader.index) == len(expected) == 252
    for number in [*range(0, 252, 7), 251, 250, 249, 3]:
        assert np.array_equal(reader.frame(number), expected[number]), number
