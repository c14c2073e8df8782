"""Pictures out of packets."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import av

from turbo_cli.data.decoding import to_rgb
from turbo_cli.serving.cameras.source import Damage, Picture

TakenAt = Callable[[float | None], float | None]
"""Unix time of a frame by its time stamp in seconds, which it may lack; None: not known."""


def decode(packets: Iterable[Any], tick_s: float, taken_at: TakenAt) -> Iterator[Picture | Damage]:
    """What the packets hold; damage is passed on and survived, and so is a change of resolution.

    tick_s: seconds in a tick of the stream's time stamps.
    """
    for packet in packets:
        started = time.perf_counter()
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, EOFError) as error:
            yield Damage(reason_of(error))
            continue
        for frame in frames:
            if frame.is_corrupt:
                yield Damage("a damaged frame")
            else:
                yield _picture(frame, tick_s, taken_at, started)
            started = time.perf_counter()


def reason_of(error: Exception) -> str:
    """FFmpeg's words without the address, which `str(error)` would give away."""
    return str(getattr(error, "strerror", None) or type(error).__name__)


def _picture(frame: Any, tick_s: float, taken_at: TakenAt, started: float) -> Picture:
    seconds = None if frame.pts is None else frame.pts * tick_s
    image = to_rgb(frame)
    return Picture(image, (time.perf_counter() - started) * 1000, taken_at(seconds))
