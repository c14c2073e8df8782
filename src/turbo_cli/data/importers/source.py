"""What every importer yields: frames with boxes in pixels, under the source's own class names."""

from dataclasses import dataclass
from pathlib import Path

from turbo_cli.artifacts.dataset import Xywh
from turbo_cli.data.importers.report import Place


@dataclass(frozen=True)
class SourceBox:
    """A box as the source has it, not yet checked.

    category: the source's class name. xywh: left, top, width, height in pixels. area: where the source gives
    another one than the box's.
    """

    category: str
    xywh: Xywh
    place: Place
    area: float | None = None
    iscrowd: bool = False
    ignore: bool = False
    score: float | None = None


@dataclass(frozen=True)
class SourceRegion:
    """A region of a frame in which nothing counts, not yet checked."""

    xywh: Xywh
    place: Place


@dataclass(frozen=True)
class SourceFrame:
    """A frame whose picture is there and readable.

    picture: an image file, or a video of which `video_frame` (from 0) is meant. width, height: the picture's,
    in pixels. timestamp: seconds from its camera's start, None where unknown. image_id: the source's own id.
    """

    camera: str
    picture: Path
    width: int
    height: int
    boxes: tuple[SourceBox, ...] = ()
    regions: tuple[SourceRegion, ...] = ()
    video_frame: int | None = None
    timestamp: float | None = None
    fps: float | None = None
    image_id: int | None = None
