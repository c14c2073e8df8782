"""Random access to the frames of a video: frame k is the k-th frame of a full decode."""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from turbo_cli.data.decoding import Key, decode_frames, to_rgb
from turbo_cli.data.images import Frame
from turbo_cli.data.video_index import VideoIndex
from turbo_cli.errors import TurboError

VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".h264", ".hevc", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg"}
    | {".ts", ".webm", ".wmv", ".y4m"}
)
"""What counts as a video in a folder; a file that is named itself may have any suffix."""


def is_video(path: Path) -> bool:
    """Whether the file's name says that it is a video."""
    return path.suffix.lower() in VIDEO_SUFFIXES


class VideoReader:
    """Decodes frames by number. Forward steps keep the decoder running, a jump restarts it at a key frame."""

    def __init__(self, index: VideoIndex) -> None:
        self.index = index
        self._keys = [key.number for key in index.keys]
        self.close()

    def frame(self, number: int) -> Frame:
        """Frame `number`, from 0. Raises `TurboError` if there is none or it cannot be decoded."""
        if not 0 <= number < len(self.index):
            raise TurboError(f"{self.index.path}: has {len(self.index)} frames, so no frame {number}")
        if number != self._at:
            self._go_to(number)
        return to_rgb(self._frame)

    def close(self) -> None:
        """Let go of the file and the decoder; the next `frame` opens them again."""
        self._frames: Iterator[tuple[int, Any]] = iter(())
        self._at = -1
        self._frame: Any = None

    def _go_to(self, number: int) -> None:
        earlier = bisect_right(self._keys, number)
        key = self.index.keys[earlier - 1] if earlier else None
        running = self._frame is not None and (key.number if key else 0) <= self._at < number
        if running and self._advance(number):
            return
        # The beginning is the last resort: not every container finds its key frames again.
        for start in dict.fromkeys([key, None]):
            self._frames = _numbered(self.index, start)
            if self._advance(number):
                return
        self.close()
        raise TurboError(f"{self.index.path}: frame {number} cannot be decoded", "the file is damaged there")

    def _advance(self, number: int) -> bool:
        for at, frame in self._frames:
            self._at, self._frame = at, frame
            if at >= number:
                return at == number
        return False


def _numbered(index: VideoIndex, start: Key | None) -> Iterator[tuple[int, Any]]:
    frames = decode_frames(index.path, start)
    if index.pts is None:
        yield from enumerate(frames)
        return
    first = start.number if start else 0
    for frame in frames:
        if frame.pts is None:
            continue
        number = int(np.searchsorted(index.pts, frame.pts))
        if first <= number < len(index) and index.pts[number] == frame.pts:
            yield number, frame
