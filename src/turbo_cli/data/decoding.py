"""Packets and frames out of a video file, past whatever damage it has."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from turbo_cli.data.images import Frame
from turbo_cli.errors import TurboError


@dataclass(frozen=True)
class Key:
    """A key frame: its number in display order, and its packet's presentation and decoding time stamps."""

    number: int
    pts: int
    dts: int


@contextlib.contextmanager
def opened_stream(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first video stream. Raises `TurboError` where PyAV finds no video."""
    try:
        container = av.open(f"file:{path}")
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TurboError(f"{path}: cannot read video: {reason}", "is it a video, and whole?") from error
    with container:
        if not container.streams.video:
            raise TurboError(f"{path}: has no video stream")
        stream = container.streams.video[0]
        # Threads of the decoder would not survive a fork, into a DataLoader's worker for example.
        stream.codec_context.thread_count = 1
        yield container, stream


def read_packets(container: Any, stream: Any) -> Iterator[Any]:
    """Every whole packet up to the end of the file or to where it breaks off."""
    last = None
    with contextlib.suppress(av.error.FFmpegError):
        for packet in container.demux(stream):
            # An empty packet would tell the decoder that the stream has ended.
            if packet.size:
                if last:
                    yield last
                last = packet
    if last and not last.is_corrupt:
        yield last


def decode_frames(path: Path, start: Key | None = None) -> Iterator[Any]:
    """PyAV frames in display order from key frame `start` (default: the beginning).

    Packets that cannot be decoded are passed over. Yields nothing where `start` is not to be found.
    """
    with opened_stream(path) as (container, stream):
        packets = read_packets(container, stream)
        if start:
            packets = _seek(container, stream, packets, start)
        for packet in packets:
            with contextlib.suppress(av.error.FFmpegError):
                yield from packet.decode()
        with contextlib.suppress(av.error.FFmpegError, EOFError):
            yield from stream.codec_context.decode(None)


def to_rgb(frame: Any) -> Frame:
    """A PyAV frame as (H, W, 3) uint8 RGB, turned upright as the video's display matrix says."""
    turns = round(frame.rotation / 90)
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24", threads=1), turns))


def _seek(container: Any, stream: Any, packets: Iterator[Any], start: Key) -> Iterator[Any]:
    """Containers seek to some place before `start` at best; the decoder must see nothing before it."""
    try:
        container.seek(start.dts, stream=stream)
    except av.error.FFmpegError:
        return
    found = False
    for packet in packets:
        found = found or packet.pts == start.pts
        if found:
            yield packet
        elif packet.dts is not None and packet.dts > start.dts:
            return
