"""What becomes of one frame, as every sink hands it on: one JSON object."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from turbo_cli.artifacts.metadata import Strict
from turbo_cli.artifacts.table import Count, Level, Name, NonNegative, Number, Share
from turbo_cli.boxes import Detections


class Box(Strict):
    """One detection. box_xyxy: left, top, right, bottom in source pixels."""

    box_xyxy: tuple[Number, Number, Number, Number]
    category_id: Count
    category: Name
    score: Share


class Latency(Strict):
    """Where the milliseconds of one frame went; None: did not apply. wait_ms: from arrival to its window."""

    decode_ms: NonNegative | None = None
    wait_ms: NonNegative | None = None
    encode_ms: NonNegative | None = None
    enhance_ms: NonNegative | None = None
    head_ms: NonNegative | None = None


class ResultRecord(Strict):
    """One accepted frame. Times are Unix seconds.

    time: when it was taken. arrived_at, done_at: when it was decoded here, and when its boxes were there.
    width, height: of the frame, in pixels. sent: the pipeline's filter let it through to the detector;
    reason: why, or why not. level: κ; None where not sent. difficulty: θ where known;
    predicted_difficulty: D_f's θ′. order: in which order the window ran. plan_id: names the window's plan.
    """

    schema_version: Literal[1] = 1
    camera: Annotated[Name, Field(min_length=1)]
    index: Count
    time: Number
    arrived_at: Number
    done_at: Number
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    sent: bool
    reason: Name = ""
    boxes: tuple[Box, ...] = ()
    level: Level | None = None
    difficulty: Share | None = None
    predicted_difficulty: Share | None = None
    order: Literal["discriminate-first", "detect-first"] | None = None
    plan_id: Name | None = None
    latency: Latency = Latency()

    @model_validator(mode="after")
    def _consistent(self) -> "ResultRecord":
        if not self.sent and self.level is not None:
            raise ValueError("a frame that was not sent has no level")
        return self

    @cached_property
    def json_text(self) -> str:
        """The record on one line, encoded once for all sinks."""
        return self.model_dump_json()


def boxes_of(detections: Detections, names: Mapping[int, str]) -> tuple[Box, ...]:
    """Detections as a record's boxes, best first. names: of categories by id; an unnamed one shows its id."""
    boxes, categories = detections.boxes_xyxy.tolist(), detections.category_ids.tolist()
    return tuple(
        Box(box_xyxy=box, category_id=category, category=names.get(category, str(category)), score=score)
        for box, category, score in zip(boxes, categories, detections.scores.tolist(), strict=True)
    )
