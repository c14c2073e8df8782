"""`difficulty.csv`: how hard the detector finds each frame (§4, eq. 1)."""

from dataclasses import dataclass
from typing import Literal

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import rising_index_by_camera
from turbo_cli.artifacts.table import Count, CsvFormat, Name, Share

DifficultyClass = Literal["easy", "hard", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDifficulty:
    """One frame of one camera; a camera's frames stand in order of index.

    confidence: c, the mean score of its RoIs; None for an empty frame. difficulty: θ = 1 − c.
    rois: final detections at or above the RoI floor (a setting in the metadata). class_: column `class`.
    """

    camera: Name
    index: Count
    confidence: Share | None = None
    difficulty: Share | None = None
    rois: Count
    class_: DifficultyClass

    def __post_init__(self) -> None:
        if (self.confidence is None) != (self.difficulty is None):
            raise ValueError("confidence and difficulty must both be given or both be empty")
        if self.confidence is None or self.difficulty is None:
            if self.class_ != "empty":
                raise ValueError(f"confidence is empty but class is {self.class_!r}")
        elif abs(self.difficulty + self.confidence - 1) > 1e-6:
            raise ValueError(f"difficulty {self.difficulty} is not 1 − confidence {self.confidence}")


DifficultyTable = rows.Table[FrameDifficulty]

_FORMAT = CsvFormat(
    Kind("difficulty", schema=1, made_by="turbo label-difficulty"), FrameDifficulty, rising_index_by_camera
)
read = _FORMAT.read
stream = _FORMAT.stream
write = _FORMAT.write
writing = _FORMAT.writing
resuming = _FORMAT.resuming
