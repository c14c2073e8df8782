"""Which frames a video has, and from where each can be decoded."""

import itertools
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from turbo_cli.data.decoding import Key, decode_frames, opened_stream, read_packets, to_rgb
from turbo_cli.errors import TurboError, TurboWarning

DEFAULT_FPS = 25.0
"""For a stream that names no frame rate."""

LONGEST_LAST_FRAME = 1.0
"""Seconds that the video may end before its container, where the stream's own length is not known."""


@dataclass(frozen=True, eq=False)
class VideoIndex:
    """The frames of a video in display order.

    width, height: of the first frame, upright, in pixels. fps: average frames a second.
    timestamps: (N,) float64, seconds from the first frame.
    pts: (N,) int64 in the stream's time base, ascending; None where frames can only be counted.
    keys: where decoding can start besides the beginning.
    """

    path: Path
    width: int
    height: int
    fps: float
    timestamps: NDArray[np.float64]
    pts: NDArray[np.int64] | None
    keys: tuple[Key, ...]

    def __len__(self) -> int:
        return len(self.timestamps)


def index_video(path: Path) -> VideoIndex:
    """Index a video by reading its packets; by decoding it all only where packets cannot tell its frames.

    A video that breaks off gives its readable frames, and a warning that names it. Raises `TurboError`
    if it has none.
    """
    first = next(decode_frames(path), None)
    if first is None:
        raise TurboError(f"{path}: not one frame of this video can be decoded")
    height, width = to_rgb(first).shape[:2]
    with opened_stream(path) as (container, stream):
        packets = [_Packet.of(packet) for packet in read_packets(container, stream)]
        _warn_if_cut(path, container, stream, packets)
        trusted = _one_frame_a_packet(container, stream, packets)
        fps = _fps(stream)
        seconds = float(stream.time_base)
    shown = [packet for packet in packets if not packet.discard]
    if trusted:
        pts = np.sort(np.array([packet.pts for packet in shown], np.int64))
    else:
        decoded = [frame.pts for frame in decode_frames(path)]
        if not _ascending(decoded):
            return VideoIndex(path, width, height, fps, np.arange(len(decoded)) / fps, None, ())
        pts = np.array(decoded, np.int64)
    keys = _keys(shown, pts)
    return VideoIndex(path, width, height, fps, (pts - pts[0]) * seconds, pts, keys)


class VideoIndexes(dict[Path, VideoIndex]):
    """Indexes by path, each made when it is first asked for."""

    def __missing__(self, path: Path) -> VideoIndex:
        self[path] = index_video(path)
        return self[path]


@dataclass(frozen=True)
class _Packet:
    pts: int | None
    dts: int | None
    key: bool
    discard: bool
    end: int | None

    @staticmethod
    def of(packet: Any) -> "_Packet":
        end = None if packet.pts is None else packet.pts + (packet.duration or 0)
        return _Packet(packet.pts, packet.dts, packet.is_keyframe, packet.is_discard, end)


def _one_frame_a_packet(container: Any, stream: Any, packets: list[_Packet]) -> bool:
    """Whether each shown packet surely becomes one frame that carries the packet's time stamp.

    AVI stores no presentation times, VP8 has frames that are never shown, and what precedes the first
    key frame is never decoded.
    """
    if container.format.name == "avi" or stream.codec_context.name == "vp8" or not packets[0].key:
        return False
    times = [packet.pts for packet in packets]
    shown = [packet.pts for packet in packets if not packet.discard]
    if None in times or len(set(shown)) < len(shown):
        return False
    return times[0] == min(time for time in times if time is not None)


def _ascending(times: list[int | None]) -> bool:
    known = [time for time in times if time is not None]
    return len(known) == len(times) and all(a < b for a, b in itertools.pairwise(known))


def _keys(shown: list[_Packet], pts: NDArray[np.int64]) -> tuple[Key, ...]:
    """The key frames after the first frame, each where its time stamp stands among the frames'."""
    keys = []
    for packet in shown:
        if packet.key and packet.pts is not None and packet.dts is not None:
            number = int(np.searchsorted(pts, packet.pts))
            if 0 < number < len(pts) and pts[number] == packet.pts:
                keys.append(Key(number, packet.pts, packet.dts))
    return tuple(sorted(keys, key=lambda key: key.number))


def _warn_if_cut(path: Path, container: Any, stream: Any, packets: list[_Packet]) -> None:
    """Compare where the packets end with where the header says that the video ends."""
    unit = float(stream.time_base)
    slack = 2.0 / _fps(stream)
    if container.format.name == "avi":
        length = stream.frames / _fps(stream)
    elif stream.duration:
        length = stream.duration * unit
    else:
        length, slack = (container.duration or 0) / av.time_base, LONGEST_LAST_FRAME
    begin = (stream.start_time or 0) * unit
    end = max((packet.end for packet in packets if packet.end is not None), default=0) * unit - begin
    if end + slack < length:
        what = f"{len(packets)} frames are readable, up to second {end:.2f} of {length:.2f}"
        warnings.warn(f"{path}: the video breaks off: {what}", TurboWarning, stacklevel=4)


def _fps(stream: Any) -> float:
    return float(stream.average_rate or stream.guessed_rate or DEFAULT_FPS)
