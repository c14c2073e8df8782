"""What a detector found, as the COCO result list that every COCO tool reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.artifacts.reading import parse_json, read_bytes, refuse
from turbo_cli.boxes import Detections
from turbo_cli.errors import TurboError

MADE_BY = "turbo detect"
_Size = Annotated[float, Field(ge=0)]


class _Result(BaseModel):
    """One box; keys that other tools add (`segmentation`, …) are passed over."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    image_id: int
    category_id: int
    bbox: tuple[float, float, _Size, _Size]
    score: Annotated[float, Field(ge=0, le=1)]


_RESULTS = TypeAdapter(list[_Result])


def read(path: Path) -> dict[int, Detections]:
    """The detections by image id, best score first; an image without boxes is not in the file.

    Raises `TurboError` naming the file and the key (`3.bbox.2`: width of the fourth box) that is wrong.
    """
    content = parse_json(str(path), read_bytes(path, MADE_BY))
    if not isinstance(content, list):
        raise TurboError(f"{path}: is not a COCO result list, which begins with [", f"`{MADE_BY}` makes one")
    try:
        results = _RESULTS.validate_python(content)
    except ValidationError as error:
        refuse(str(path), error, MADE_BY)
    by_image: dict[int, list[_Result]] = {}
    for result in results:
        by_image.setdefault(result.image_id, []).append(result)
    return {image_id: _to_detections(boxes) for image_id, boxes in by_image.items()}


def write(path: Path, value: Mapping[int, Detections]) -> None:
    """Write the detections of each image id atomically. Raises `TurboError` for NaN, infinity or the like."""
    results = [result for image_id, found in value.items() for result in _to_results(image_id, found)]
    try:
        _RESULTS.validate_python(results)
    except ValidationError as error:
        refuse(str(path), error, MADE_BY)
    with replacing_file(path) as temporary:
        temporary.write_text(json.dumps(results, allow_nan=False), encoding="utf-8")


def _to_results(image_id: int, found: Detections) -> list[dict[str, Any]]:
    # In float64 the difference of two float32 corners, added again, gives the very same corner.
    corners = found.boxes_xyxy.astype(np.float64)
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1).tolist()
    return [
        {"image_id": image_id, "category_id": category, "bbox": box, "score": score}
        for category, box, score in zip(
            found.category_ids.tolist(), boxes, found.scores.tolist(), strict=True
        )
    ]


def _to_detections(results: list[_Result]) -> Detections:
    results = sorted(results, key=lambda result: -result.score)
    boxes = np.array([result.bbox for result in results], np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return Detections(
        boxes.astype(np.float32),
        np.array([result.score for result in results], np.float32),
        np.array([result.category_id for result in results], np.int64),
    )
