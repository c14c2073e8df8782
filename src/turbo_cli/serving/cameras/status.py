"""How a camera is."""

from dataclasses import dataclass
from enum import StrEnum


class CameraState(StrEnum):
    """connecting: no frame yet. stalled: connected, but silent. lost: trying again. stopped: for good."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    LOST = "lost"
    STOPPED = "stopped"
    PAUSED = "paused"


@dataclass(frozen=True)
class CameraStatus:
    """A snapshot of one camera's figures; counts are since it was added. It holds no secret.

    fps: frames a second over the last seconds. skipped: pushed out by a newer frame before a window took
    them. last_frame_at: Unix seconds. width, height: of the last frame, in pixels.
    """

    camera: str
    address: str
    state: CameraState
    fps: float
    frames: int
    skipped: int
    decode_errors: int
    reconnects: int
    last_error: str | None
    last_frame_at: float | None
    width: int | None
    height: int | None
