"""`accuracy.csv`: what each level gains on frames of each difficulty, P[θ bucket, κ] (§5.1)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import unique_by
from turbo_cli.artifacts.table import Count, CsvFormat, Level, NonNegative, Share

Gain = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
"""Average precision as a share: 0.05 is five points."""


@dataclass(frozen=True, slots=True)
class LevelGain:
    """One level on the frames of one bucket, difficulty_from ≤ θ < difficulty_to (≤ 1 in the last).

    reading: θ of the detector's own confidence (`true`) or D_f's θ′ (`predicted`). gain: mean change of the
    frames' AP against level 0, after shrinking towards the neighbours where frames are few; raw_gain: before.
    """

    reading: Literal["true", "predicted"]
    difficulty_from: Share
    difficulty_to: Share
    level: Level
    gain: Gain
    standard_error: NonNegative
    frames: Count
    source: Literal["measured", "assumed"]
    raw_gain: Gain | None = None

    def __post_init__(self) -> None:
        if self.difficulty_from >= self.difficulty_to:
            raise ValueError("difficulty_from < difficulty_to does not hold")
        if self.level == 0 and self.gain != 0:
            raise ValueError("gain of level 0 must be 0")

    @property
    def shrunk(self) -> bool:
        """Whether the gain was drawn towards its neighbours'."""
        return self.raw_gain is not None and self.raw_gain != self.gain


AccuracyTable = rows.Table[LevelGain]

_FORMAT = CsvFormat(
    Kind("accuracy", schema=1, made_by="turbo profile"),
    LevelGain,
    unique_by("reading", "difficulty_from", "level"),
)
read = _FORMAT.read
write = _FORMAT.write
