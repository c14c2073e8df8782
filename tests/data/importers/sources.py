"""Small sources, written as the published formats say."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from turbo_cli.artifacts import dataset
from turbo_cli.artifacts.dataset import DatasetFile


def write_image(path: Path, width: int = 100, height: int = 80) -> Path:
    """A grey image of that size, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (90, 90, 90)).save(path)
    return path


def write_text(path: Path, text: str) -> Path:
    """A text file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_json(path: Path, value: Any) -> Path:
    """A JSON file, and the folders above it."""
    return write_text(path, json.dumps(value))


def write_video(path: Path, frames: int, fps: int = 10, width: int = 64, height: int = 48) -> Path:
    """A motion-JPEG video whose frame k has the grey value 10 k."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=Fraction(fps))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        for number in range(frames):
            pixels = np.full((height, width, 3), 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def boxes_of(content: DatasetFile, image: int = 0) -> list[tuple[str, list[float]]]:
    """Class and xywh of the boxes of the image at that position."""
    names = {category.id: category.name for category in content.categories}
    wanted = content.images[image].id
    return [
        (names[one.category_id], [round(value, 6) for value in one.bbox])
        for one in content.annotations
        if one.image_id == wanted
    ]


def read_back(out: Path) -> DatasetFile:
    """The dataset that an import wrote."""
    return dataset.read(out / dataset.FILE_NAME)


def bad_rows(out: Path) -> list[tuple[str, str, int | None, str | None]]:
    """Reason, file name, line and key of the rows that an import listed as bad."""
    rows = json.loads((out / "import-report.json").read_text())["bad_rows"]
    return [(row["reason"], Path(row["file"]).name, row["line"], row["key"]) for row in rows]


def bad_counts(out: Path) -> Counter[str]:
    """Bad rows by reason, as the report's list has them."""
    rows = json.loads((out / "import-report.json").read_text())["bad_rows"]
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["reason"]] += row["rows"]
    return counts
