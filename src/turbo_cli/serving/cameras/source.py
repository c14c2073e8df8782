"""What a camera is to the rest of the service: something that gives pictures until it is lost."""

from collections.abc import Generator
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from turbo_cli.data.images import Frame


@dataclass(frozen=True, eq=False, slots=True)
class CameraFrame:
    """One frame on its way to the detector.

    index: from 0, counts what this camera delivered, over lost connections too; a gap is a skipped frame.
    time: Unix seconds at which it was taken by the stream's clock, or arrived where the stream has none.
    arrived_at: Unix seconds. arrived_monotonic: the same moment of `time.monotonic()`, for durations.
    image: (H, W, 3) uint8 RGB. decode_ms: what decoding took.
    """

    camera: str
    index: int
    time: float
    arrived_at: float
    arrived_monotonic: float
    image: Frame
    decode_ms: float


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """What a source decoded. taken_at: Unix seconds by the stream's own clock; None: it has none."""

    image: Frame
    decode_ms: float
    taken_at: float | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that could not be decoded, after which the source goes on."""

    reason: str


class LostError(Exception):
    """The connection failed or ended, and another attempt may succeed. The message may hold secrets."""


class Source(Protocol):
    """Where one camera's pictures come from.

    lossless: it can wait, so no frame of it is skipped (a recording read as fast as possible).
    """

    lossless: bool

    def pictures(self, halt: Event) -> Generator[Picture | Damage]:
        """Connect and give what comes; returns at the end of a recording or soon after `halt` is set.

        Every call is a new connection. Raises `LostError`; the end of a live stream is one, too.
        """
        ...
