"""`<difficulty>.scores.jsonl`: what a detector made of each frame, before anything is called hard.

Any RoI floor and any threshold follow from it, so only the first labelling runs the detector.
"""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from turbo_cli.artifacts import rows
from turbo_cli.artifacts.json_lines import JsonLinesFormat
from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.rows import rising_index_by_camera
from turbo_cli.artifacts.table import Count, Name, Share

LOWEST_SCORE = 0.05
"""Detections below it are not kept: a RoI floor cannot be lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScores:
    """One frame of one camera; a camera's frames stand in order of index.

    scores: of all final detections from `LOWEST_SCORE`. objects: boxes to be found, as the metrics count
    them; small_objects: those of less than 32 × 32 source pixels; None without labels.
    average_precision: COCO mAP of this frame alone; None where there is nothing to find.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    camera: Name
    index: Count
    scores: tuple[Share, ...]
    objects: Count | None = None
    small_objects: Count | None = None
    average_precision: Share | None = None

    def __post_init__(self) -> None:
        if (self.objects is None) != (self.small_objects is None):
            raise ValueError("objects and small_objects must both be given or both be null")
        if (self.average_precision is None) != (not self.objects):
            raise ValueError("average_precision must be given where there are objects, and only there")


_FORMAT = JsonLinesFormat(
    Kind("roi_scores", schema=1, made_by="turbo label-difficulty"), FrameScores, rising_index_by_camera
)
RoiScores = rows.Stream[FrameScores]
read = _FORMAT.read
stream = _FORMAT.stream
write = _FORMAT.write
writing = _FORMAT.writing
resuming = _FORMAT.resuming
