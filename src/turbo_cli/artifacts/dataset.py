"""`dataset.json`: COCO JSON plus sequences, beside the images or videos that it speaks of."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from turbo_cli import __version__
from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.errors import TurboError

SCHEMA = 1
FILE_NAME = "dataset.json"

Xywh = tuple[float, float, float, float]
"""Left, top, width, height in pixels (COCO's order)."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Image(_Model):
    """One frame: an image file, or frame `frame` (from 0, in display order) of the file `video`.

    Paths are absolute or relative to the JSON file. camera: the sequence it belongs to; frame_index: its
    position there. timestamp: seconds from the sequence's start. condition: what a synthetic frame went
    through ("clean", "fog", …).
    """

    id: int
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    file_name: str | None = None
    video: str | None = None
    frame: Annotated[int, Field(ge=0)] | None = None
    camera: str = ""
    frame_index: Annotated[int, Field(ge=0)] = 0
    timestamp: float = 0.0
    condition: str | None = None
    ignore_regions: tuple[Xywh, ...] = ()


class Annotation(_Model):
    """One ground-truth box. ignore: counts neither as a hit nor as a miss (iscrowd does the same)."""

    id: int
    image_id: int
    category_id: int
    bbox: Xywh
    area: float
    iscrowd: int = 0
    ignore: int = 0
    score: float | None = None


class Category(_Model):
    """A class: COCO's own id where COCO has the name, 1000 and up otherwise."""

    id: int
    name: str


class Sequence(_Model):
    """The frames of one camera in order. fps: frames a second, where known."""

    camera: str
    fps: float | None = None
    image_ids: tuple[int, ...]
    timestamps: tuple[float, ...]


class DatasetFile(_Model):
    """The whole of `dataset.json`. Unlabelled datasets have no annotations and `labelled` false."""

    images: tuple[Image, ...]
    annotations: tuple[Annotation, ...] = ()
    categories: tuple[Category, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    labelled: bool = True
    info: dict[str, Any] = Field(default_factory=dict)


def read(path: Path) -> DatasetFile:
    """Read `dataset.json` or any COCO JSON. Raises `TurboError` naming the file and the key that is wrong."""
    try:
        return DatasetFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TurboError(f"{path}: cannot read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise TurboError(f"{path}: {key}: {first['msg']}") from error


def write(path: Path, value: DatasetFile) -> None:
    """Write `dataset.json` atomically."""
    content = value.model_dump(mode="json", exclude_none=True)
    content["info"] = {**value.info, "turbo_schema": SCHEMA, "tool_version": __version__}
    with replacing_file(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
