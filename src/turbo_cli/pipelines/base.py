"""What a pipeline is asked, and what it answers."""

from dataclasses import dataclass, field
from typing import Protocol

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame


@dataclass(frozen=True, eq=False)
class CameraFrame:
    """One frame as it comes from a camera.

    index: position in the camera's sequence, rising. pixels: (H, W, 3) uint8 RGB. taken_at_s: seconds on the
    camera's own clock, rising.
    """

    camera: str
    index: int
    pixels: Frame
    taken_at_s: float


@dataclass(frozen=True)
class Decision:
    """Whether a frame goes on to the detector, and why, in words for `trace.csv`.

    answer: the pipeline's own boxes for a frame that is not sent; None: the last ones of its camera.
    """

    sent: bool
    reason: str
    answer: Detections | None = field(default=None, compare=False)


class Pipeline(Protocol):
    """A filter in front of the detector; what it knows of each camera, it keeps itself."""

    def decide(self, frame: CameraFrame) -> Decision:
        """Look at the next frame of a camera. Cameras may come in any order, the frames of one in theirs."""
        ...

    def forget(self, camera: str) -> None:
        """A camera has gone; one of its name would be a new one."""
        ...
