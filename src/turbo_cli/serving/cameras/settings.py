"""What a configuration says about one camera."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from turbo_cli.artifacts.metadata import Strict

Seconds = Annotated[float, Field(gt=0, le=86_400)]
POSTED = "post:"
"""The address of a camera whose frames come by HTTP POST."""


class CameraSettings(Strict):
    """One camera.

    name: letters, digits, dots, dashes, underscores. url: `rtsp[s]://…`, `http[s]://…`, a video file or a
    folder of them, or `post:`; `${NAME}` and `${file:PATH}` stand for secrets. poll_s: seconds between
    requests to an address that gives one picture a request. repeat: a recording starts again at its end.
    paced: a recording plays by its own clock, else as fast as it is taken, and no frame is skipped.
    read_timeout_s: silence after which the connection is given up; half of it is shown as stalled.
    longest_pause_s: between attempts to connect. max_pixels: of a posted or polled picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    url: Annotated[str, Field(min_length=1, repr=False)]
    poll_s: Seconds | None = None
    repeat: bool = True
    paced: bool = True
    rtsp_transport: Literal["tcp", "udp"] = "tcp"
    connect_timeout_s: Seconds = 10.0
    read_timeout_s: Seconds = 10.0
    longest_pause_s: Seconds = 30.0
    max_pixels: Annotated[int, Field(ge=1)] = 64_000_000

    @property
    def stalled_after_s(self) -> float:
        """How long a live camera may be silent until it counts as stalled."""
        return self.read_timeout_s / 2 + (self.poll_s or 0.0)
