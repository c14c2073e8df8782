"""`frames.csv` of `turbo try`: what Turbo would make of each frame of a video without labels."""

from dataclasses import dataclass

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import rising_index_by_camera
from turbo_cli.artifacts.table import Count, CsvFormat, Level, Name, NonNegative, Share


@dataclass(frozen=True, slots=True)
class TriedFrame:
    """One frame. Moments are seconds from the first frame.

    sent: the pipeline's filter let it through to the detector; reason: why, or why not. level: None where the
    detector did not run on it. difficulty: θ; predicted_difficulty: D_f's θ′. boxes: at level 0; None where
    the detector did not run. delivered: those that are shown from this frame on. gained, lost: by which an
    enhanced frame's differ from those of level 0. done_at_s: when its boxes were there. late: too late, so
    that the last boxes stayed. Boxes are those of the score and the classes that the settings name.
    """

    camera: Name
    index: Count
    timestamp: NonNegative
    sent: bool
    delivered: Count
    gained: Count
    lost: Count
    late: bool
    reason: Name = ""
    level: Level | None = None
    difficulty: Share | None = None
    predicted_difficulty: Share | None = None
    boxes: Count | None = None
    done_at_s: NonNegative | None = None

    def __post_init__(self) -> None:
        if not self.sent and self.level is not None:
            raise ValueError("a frame that was not sent has no level")
        if not self.level and (self.gained or self.lost):
            raise ValueError("a frame that was not enhanced has gained and lost nothing")


TriedTable = rows.Table[TriedFrame]

_FORMAT = CsvFormat(Kind("tried", schema=1, made_by="turbo try"), TriedFrame, rising_index_by_camera)
read = _FORMAT.read
stream = _FORMAT.stream
write = _FORMAT.write
writing = _FORMAT.writing
