"""Small real videos, and what a full decode makes of them."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from turbo_cli.data.images import Frame

FPS = 25
TICKS = Fraction(1, 1000)

needs_h264 = pytest.mark.skipif("libx264" not in av.codecs_available, reason="this FFmpeg has no libx264")


def scene(size: tuple[int, int], number: int) -> Frame:
    """A frame unlike its neighbours: a bar that moves over a ground that brightens."""
    width, height = size
    frame = np.full((height, width, 3), number * 4 % 256, np.uint8)
    left = number * 3 % width
    frame[:, left : left + 8] = (255, 0, 0)
    return frame


def write_video(
    path: Path,
    codec: str = "libx264",
    frames: int = 60,
    size: tuple[int, int] = (64, 48),
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    milliseconds: Callable[[int], int] | None = None,
) -> Path:
    """A video of `scene`s with, by default, a key frame at least every 20 and three B-frames in a row."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=FPS, options=options or {"g": "20", "bf": "3"})
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        if milliseconds:
            stream.codec_context.time_base = TICKS
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(scene(size, number), format="rgb24")
            if milliseconds:
                frame.pts, frame.time_base = milliseconds(number), TICKS
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def remux(source: Path, target: Path, skip: int = 0, shift: int = 0) -> Path:
    """The same packets without the first `skip`, all times moved by `shift` ticks."""
    with (
        av.open(str(source)) as old,
        av.open(str(target), "w", options={"avoid_negative_ts": "disabled"}) as new,
    ):
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        packets = [packet for packet in old.demux(stream) if packet.size]
        for packet in packets[skip:]:
            packet.pts += shift
            packet.dts += shift
            packet.stream = copy
            new.mux(packet)
    return target


def decode_all(path: Path) -> list[Frame]:
    """Every frame that PyAV gives, in order, up to the first damage."""
    return list(_decoded(path))


def _decoded(path: Path) -> Iterator[Frame]:
    with av.open(str(path)) as container:
        try:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
        except av.error.InvalidDataError:
            return
