"""Video files that stand in for a camera."""

import time
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Any

from turbo_cli.data.decoding import opened_stream, read_packets
from turbo_cli.data.files import visible_files
from turbo_cli.data.video import is_video
from turbo_cli.data.video_index import DEFAULT_FPS
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras.decoding import decode
from turbo_cli.serving.cameras.settings import CameraSettings
from turbo_cli.serving.cameras.source import Damage, LostError, Picture

LONGEST_STEP_S = 10.0
"""A longer step between two frames, or one backwards, is a fault of the file."""


class Recording:
    """A video, or all videos below a folder one after the other, once or again and again.

    Raises `TurboError` where there is none.
    """

    def __init__(self, path: Path, settings: CameraSettings) -> None:
        self.lossless = not settings.paced
        self._paced = settings.paced
        self._repeat = settings.repeat
        self._paths = _videos(path)

    def pictures(self, halt: Event) -> Generator[Picture | Damage]:
        playback, begun = Playback(time.time()), time.monotonic()  # paced by the clock that nobody sets
        while True:
            before = playback.frames
            for path in self._paths:
                for item in self._play(path, playback, begun, halt):
                    if halt.is_set():
                        return
                    yield item
            if playback.frames == before:
                raise LostError(f"not one frame of {self._paths[0]} can be decoded")
            if not self._repeat:
                return

    def _play(
        self, path: Path, playback: "Playback", begun: float, halt: Event
    ) -> Iterator[Picture | Damage]:
        try:
            with opened_stream(path) as (container, stream):
                playback.begin(float(stream.average_rate or DEFAULT_FPS))
                packets = _all_packets(container, stream)
                for item in decode(packets, float(stream.time_base), playback.advance):
                    if self._paced and isinstance(item, Picture):
                        halt.wait(max(0.0, playback.played_s - (time.monotonic() - begun)))
                    yield item
        except TurboError as error:
            yield Damage(str(error))


class Playback:
    """Where a playback stands: seconds played up to the latest frame, and `frames` so far.

    started_at: Unix time. It goes on through the end of each file, and past time stamps that are missing or
    go backwards.
    """

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self.played_s = 0.0
        self.frames = 0

    def begin(self, fps: float) -> None:
        """Another file."""
        self._usual_step_s = 1 / fps
        self._latest: float | None = None

    def advance(self, seconds: float | None) -> float:
        """Unix time of the next frame. seconds: its time stamp in the file, if it has one."""
        step_s = self._usual_step_s
        if seconds is not None and self._latest is not None and 0 < seconds - self._latest < LONGEST_STEP_S:
            step_s = seconds - self._latest
        self._latest = seconds
        self.played_s += step_s if self.frames else 0.0
        self.frames += 1
        return self._started_at + self.played_s


def _all_packets(container: Any, stream: Any) -> Iterator[Any]:
    yield from read_packets(container, stream)
    yield _Flush(stream)


class _Flush:
    """What a decoder still holds at the end of a file, in the shape of a last packet."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def decode(self) -> Any:
        return self._stream.codec_context.decode(None)


def _videos(path: Path) -> list[Path]:
    if not path.exists():
        raise TurboError(f"{path}: no such file or folder")
    videos = visible_files(path, is_video) if path.is_dir() else [path]
    if not videos:
        raise TurboError(f"{path}: no video in it")
    return videos
