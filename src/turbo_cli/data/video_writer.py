"""Frames into a video file."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from turbo_cli.data.images import Frame

CODECS = ("libx264", "mpeg4")
"""In order of preference; not every build of FFmpeg has the first."""


def write_video(path: Path, frames: Iterable[Frame], fps: float) -> None:
    """Write an MP4 of (H, W, 3) uint8 RGB frames of one size; odd sizes are padded by a pixel."""
    codec = next(name for name in CODECS if name in av.codecs_available)
    with av.open(f"file:{path}", "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt = "yuv420p"
        for number, frame in enumerate(frames):
            even = np.pad(frame, [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)], mode="edge")
            if number == 0:
                stream.height, stream.width = even.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
        container.mux(stream.encode())
