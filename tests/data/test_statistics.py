"""Counts and measures of a dataset."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.test_dataset import box, coco, save_image, write_json
from turbo_cli.data import open_dataset
from turbo_cli.data.statistics import measure_dataset, sharpness, spread


def test_counts_and_coco_sizes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save_image(tmp_path / name, 51, size=(200, 200))
    sides = [(1, 31, 33), (2, 32, 32), (3, 95, 97), (4, 96, 96)]
    boxes = [box(number, 1, 3, bbox=[0, 0, width, height]) for number, width, height in sides]
    images = [
        {"id": 1, "file_name": "a.png", "ignore_regions": [[0, 0, 5, 5], [9, 9, 5, 5]]},
        {"id": 2, "file_name": "b.png", "ignore_regions": [[0, 0, 5, 5]]},
    ]
    content = coco(
        [{**image, "width": 200, "height": 200} for image in images],
        annotations=[*boxes, box(5, 2, 6, ignore=1)],
        categories=[{"id": 3, "name": "car"}, {"id": 6, "name": "bus"}, {"id": 8, "name": "truck"}],
    )
    statistics = measure_dataset(open_dataset(write_json(tmp_path / "l.json", content)), sample=2)
    assert statistics.boxes == {"car": 4, "bus": 1, "truck": 0}
    assert statistics.sizes == {"small": 2, "medium": 2, "large": 1}
    assert (statistics.frames, statistics.ignored, statistics.ignore_regions) == (2, 1, 3)
    (camera,) = statistics.cameras
    assert camera.sampled == 2
    assert camera.brightness == pytest.approx(51)
    assert camera.sharpness == pytest.approx(0, abs=1e-6)


def test_sharpness_falls_with_blur() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    blurred = np.array(Image.fromarray(noise).resize((16, 16)).resize((64, 64)))
    assert sharpness(blurred) < sharpness(noise) / 10


def test_sharpness_of_a_checkerboard() -> None:
    # Every inner pixel differs by 255 from its four neighbours: ±4·255 before the mirrored edges.
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    frame = np.repeat(board.astype(np.uint8)[..., None], 3, axis=2)
    assert sharpness(frame) == pytest.approx((4 * 255) ** 2, rel=0.05)


def test_spread_takes_both_ends() -> None:
    assert spread(range(10, 20), 3) == [10, 14, 19]
    assert spread([4, 5], 8) == [4, 5]
    assert spread([4, 5], 0) == []


def test_no_sample_measures_nothing(tmp_path: Path) -> None:
    save_image(tmp_path / "a.png")
    (camera,) = measure_dataset(open_dataset(tmp_path), sample=0).cameras
    assert (camera.sampled, camera.brightness, camera.sharpness) == (0, None, None)
