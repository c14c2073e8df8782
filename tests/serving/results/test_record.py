import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from tests.serving.results.records import record
from turbo_cli.boxes import Detections
from turbo_cli.serving.results import Box, Latency, ResultRecord, boxes_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "result-records.md"


def test_a_record_is_one_line_and_comes_back_whole() -> None:
    written = record()
    assert "\n" not in written.json_text
    assert ResultRecord.model_validate_json(written.json_text) == written
    assert written.json_text.startswith('{"schema_version":1,"camera":"gate","index":0,')


def test_boxes_are_in_source_pixels_with_names() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 2, 3.5, 4]], np.float32)
    found = Detections(boxes, np.array([0.75, 0.5], np.float32), np.array([3, 1000]))
    assert boxes_of(found, {3: "car"}) == (
        Box(box_xyxy=(0, 0, 10, 10), category_id=3, category="car", score=0.75),
        Box(box_xyxy=(1, 2, 3.5, 4), category_id=1000, category="1000", score=0.5),
    )


@pytest.mark.parametrize(
    "wrong",
    [{"level": 6}, {"level": 1, "sent": False}, {"time": float("nan")}, {"camera": "a\nb"}, {"colour": 1}],
)
def test_what_is_no_record(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ResultRecord.model_validate(record().model_dump() | wrong)


@pytest.mark.parametrize("model", [ResultRecord, Box, Latency])
def test_every_key_is_documented(model: type[ResultRecord | Box | Latency]) -> None:
    documented = re.findall(r"^\| (`.+?) \|", DOCUMENT.read_text(), re.MULTILINE)
    keys = {key for cell in documented for key in re.findall(r"`\.?(\w+)`", cell)}
    assert set(model.model_fields) <= keys
