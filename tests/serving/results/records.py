"""Records to write."""

from turbo_cli.serving.results import Box, Latency, ResultRecord


def record(index: int = 0, camera: str = "gate", boxes: int = 1) -> ResultRecord:
    """A whole record, every key set."""
    box = Box(box_xyxy=(1.0, 2.5, 30.0, 40.0), category_id=3, category="car", score=0.75)
    return ResultRecord(
        camera=camera,
        index=index,
        time=1_800_000_000.25 + index,
        arrived_at=1_800_000_000.5 + index,
        done_at=1_800_000_000.75 + index,
        width=640,
        height=360,
        sent=True,
        reason="changed",
        boxes=(box,) * boxes,
        level=2,
        difficulty=0.5,
        predicted_difficulty=0.25,
        order="detect-first",
        plan_id="7",
        latency=Latency(decode_ms=1.5, wait_ms=20.0, encode_ms=30.0, enhance_ms=40.0, head_ms=2.0),
    )


def indices(text: str | bytes) -> list[int]:
    """The frames in NDJSON; every line must be a whole record."""
    return [ResultRecord.model_validate_json(line).index for line in text.splitlines()]
