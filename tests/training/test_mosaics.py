"""Mosaics of photographs: labels that count move along with the pixels that they are of."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.test_dataset import coco, write_json
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.training.mosaics import Mosaics

SIZE = (192, 128)
PHOTOGRAPH = (160, 120)


@pytest.fixture
def photographs(tmp_path: Path) -> Dataset:
    """Dark photographs with one bright object each, whose label is exact."""
    random = np.random.default_rng(3)
    images, boxes = [], []
    for number in range(1, 9):
        left, top = random.integers(10, 90), random.integers(10, 60)
        pixels = np.full((PHOTOGRAPH[1], PHOTOGRAPH[0], 3), 20, np.uint8)
        pixels[top : top + 40, left : left + 50] = 220
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        images.append(
            {"id": number, "file_name": f"{number}.png", "width": PHOTOGRAPH[0], "height": PHOTOGRAPH[1]}
        )
        place = [int(left), int(top), 50, 40]
        boxes.append({"id": number, "image_id": number, "category_id": 3, "bbox": place, "area": 2000})
    content = coco(images, annotations=boxes, categories=[{"id": 3, "name": "car"}])
    return open_dataset(write_json(tmp_path / "labels.json", content))


def test_labels_move_with_their_pixels(photographs: Dataset) -> None:
    mosaics = Mosaics(photographs, SIZE, seed=1, samples=40, labelled=True)
    counts = set()
    for position in range(40):
        picture, targets = mosaics[position]
        bright = picture.float().mean(dim=0).numpy() > 100
        covered = np.zeros_like(bright)
        for left, top, right, bottom in targets.boxes_xyxy:
            inside = (slice(int(top), int(np.ceil(bottom))), slice(int(left), int(np.ceil(right))))
            covered[inside] = True
            assert bright[inside].mean() > 0.7
        # An object of which a crop leaves a pixel or two has no label.
        assert (bright & ~covered).sum() <= 0.03 * bright.size
        assert not len(targets.ignore_regions_xyxy)
        counts.add(len(targets))
    assert max(counts) > 9


def test_labels_that_may_be_incomplete_count_nowhere(photographs: Dataset) -> None:
    labelled = Mosaics(photographs, SIZE, seed=1, samples=5, labelled=True)
    mosaics = Mosaics(photographs, SIZE, seed=1, samples=5)
    for position in range(5):
        picture, targets = mosaics[position]
        assert len(targets) == 0
        assert targets.ignore_regions_xyxy.tolist() == [[0, 0, *SIZE]]
        assert (picture == labelled[position][0]).all()
