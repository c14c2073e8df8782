"""A street of coloured rectangles, small enough to train on in a test."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from turbo_cli.artifacts.dataset import FILE_NAME, Annotation, Category, DatasetFile, Image, write
from turbo_cli.detectors.tiny import CATEGORY_IDS

FRAMES, WIDTH, HEIGHT = 6, 128, 96


@pytest.fixture
def rectangles(tmp_path: Path) -> Path:
    """A dataset of six grey frames with two bright boxes each, one class a colour."""
    annotations = list(_annotations(np.random.default_rng(0)))
    folder = tmp_path / "rectangles"
    folder.mkdir()
    for number in range(FRAMES):
        pixels = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
        for annotation in annotations:
            if annotation.image_id == number + 1:
                left, top, width, height = map(int, annotation.bbox)
                shade = 250 - 15 * CATEGORY_IDS.index(annotation.category_id)
                pixels[top : top + height, left : left + width] = shade
        Picture.fromarray(pixels).save(folder / f"{number}.png")
    images = tuple(
        Image(id=number + 1, width=WIDTH, height=HEIGHT, file_name=f"{number}.png", frame_index=number)
        for number in range(FRAMES)
    )
    categories = (Category(id=3, name="car"), Category(id=1, name="person"))
    write(
        folder / FILE_NAME, DatasetFile(images=images, annotations=tuple(annotations), categories=categories)
    )
    return folder


def _annotations(rng: np.random.Generator) -> Iterator[Annotation]:
    for index in range(2 * FRAMES):
        category, width, height = ((3, 40, 24), (1, 12, 30))[index % 2]
        left, top = rng.integers(0, WIDTH - width), rng.integers(0, HEIGHT - height)
        bbox = (float(left), float(top), float(width), float(height))
        yield Annotation(
            id=index + 1,
            image_id=index // 2 + 1,
            category_id=category,
            bbox=bbox,
            area=float(width * height),
        )
