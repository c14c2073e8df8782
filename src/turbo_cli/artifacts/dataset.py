"""`dataset.json`: COCO JSON plus sequences, beside the images or videos that it speaks of."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from turbo_cli import __version__
from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.artifacts.metadata import require_schema, warn_edited
from turbo_cli.artifacts.reading import parse_json, read_bytes, refuse
from turbo_cli.errors import TurboError

SCHEMA = 1
FILE_NAME = "dataset.json"
MADE_BY = "turbo data import"
OWN_KEYS = ("turbo_schema", "tool_version", "turbo_sha256")
"""What Turbo writes into `info`."""
NO_DIGEST = "0" * 64

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
    """One ground-truth box. ignore: counts neither as a hit nor as a miss. iscrowd: so does this, for many.

    area: in pixels; the box's where a file does not say.
    """

    id: int
    image_id: int
    category_id: int
    bbox: Xywh
    area: float
    iscrowd: int = 0
    ignore: int = 0
    score: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _area_of_box(cls, content: Any) -> Any:
        box = content.get("bbox") if isinstance(content, dict) else None
        if not isinstance(box, list | tuple) or content.get("area") is not None:
            return content
        sides = [side for side in box[2:4] if isinstance(side, int | float)]
        return {**content, "area": sides[0] * sides[1]} if len(sides) == 2 else content


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


def _only_objects(info: Any) -> Any:
    """Some exporters write null or a list where COCO has an object."""
    return info if isinstance(info, dict) else {}


class DatasetFile(_Model):
    """The whole of `dataset.json`. Unlabelled datasets have no annotations and `labelled` false.

    info: whatever COCO's `info` holds, without Turbo's own keys.
    """

    images: tuple[Image, ...]
    annotations: tuple[Annotation, ...] = ()
    categories: tuple[Category, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    labelled: bool = True
    info: Annotated[dict[str, Any], BeforeValidator(_only_objects)] = Field(default_factory=dict)


def read(path: Path) -> DatasetFile:
    """Read `dataset.json` or any COCO JSON.

    Raises `TurboError` naming the file and the key that is wrong, missing, or an id that stands twice or
    refers to nothing; warns with `EditedFileWarning` where Turbo's own file was edited by hand.
    """
    data = read_bytes(path, MADE_BY)
    try:
        value = DatasetFile.model_validate_json(data)
    except ValidationError as error:
        _require_schema(path, parse_json(str(path), data))
        refuse(str(path), error, MADE_BY)
    _require_schema(path, {"info": value.info})
    _check_ids(path, value)
    own = {key: value.info[key] for key in OWN_KEYS if key in value.info}
    # Nobody but Turbo writes `labelled`: a file that has it, but no key of Turbo in `info`, has lost them.
    ours = own or "labelled" in value.model_fields_set
    if ours and own.get("turbo_sha256") != _digest(data, own.get("turbo_sha256")):
        warn_edited(path)
    info = {key: content for key, content in value.info.items() if key not in own}
    return value.model_copy(update={"info": info})


def write(path: Path, value: DatasetFile) -> None:
    """Write `dataset.json` atomically. Raises `TurboError` for ids that reading would refuse."""
    _check_ids(path, value)
    content = value.model_dump(mode="json", exclude_none=True)
    own = {"turbo_schema": SCHEMA, "tool_version": __version__, "turbo_sha256": NO_DIGEST}
    content = {"info": own | value.info | own, **{key: content[key] for key in content if key != "info"}}
    data = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    with replacing_file(path) as temporary:
        temporary.write_bytes(data.replace(NO_DIGEST.encode(), _digest(data, NO_DIGEST).encode(), 1))


def _digest(data: bytes, written: Any) -> str:
    """SHA-256 of the file with zeros where its own digest is written."""
    blank = data.replace(str(written).encode(), NO_DIGEST.encode(), 1)
    return hashlib.sha256(blank).hexdigest()


def _require_schema(path: Path, content: Any) -> None:
    """Another release's file may well be wrong for this one, but that it is newer is what to say."""
    info = content.get("info") if isinstance(content, dict) else None
    if isinstance(info, dict) and "turbo_schema" in info:
        require_schema(path, "info.turbo_schema", info["turbo_schema"], SCHEMA)


def _check_ids(path: Path, value: DatasetFile) -> None:
    """Ids stand once and refer to something. Raises `TurboError` naming the key."""
    images = _unique_ids(path, "images", value.images)
    categories = _unique_ids(path, "categories", value.categories)
    _unique_ids(path, "annotations", value.annotations)
    for number, annotation in enumerate(value.annotations):
        if annotation.image_id not in images:
            raise TurboError(f"{path}: key annotations.{number}.image_id: no image {annotation.image_id}")
        if annotation.category_id not in categories:
            raise TurboError(
                f"{path}: key annotations.{number}.category_id: no category {annotation.category_id}"
            )
    for number, sequence in enumerate(value.sequences):
        if len(sequence.image_ids) != len(sequence.timestamps):
            raise TurboError(f"{path}: key sequences.{number}.timestamps: not one for each of image_ids")
        if not images.issuperset(sequence.image_ids):
            unknown = next(number for number in sequence.image_ids if number not in images)
            raise TurboError(f"{path}: key sequences.{number}.image_ids: no image {unknown}")


def _unique_ids(path: Path, key: str, items: Iterable[Image | Annotation | Category]) -> set[int]:
    ids: set[int] = set()
    for number, item in enumerate(items):
        if item.id in ids:
            raise TurboError(f"{path}: key {key}.{number}.id: {item.id} stands here for the second time")
        ids.add(item.id)
    return ids
