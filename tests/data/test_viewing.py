"""Pictures and videos of datasets, judged by their pixels."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from tests.data.test_dataset import box, coco, save_image, write_json
from tests.data.videos import decode_all
from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.annotating import annotated_frame
from turbo_cli.data.contact_sheet import choose_frames
from turbo_cli.data.drawing import color_of
from turbo_cli.data.viewing import write_view
from turbo_cli.errors import TurboError


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Two cameras, one odd-sized, with a car in each frame and a band that does not count."""
    images, boxes = [], []
    for number in range(1, 7):
        camera, size = ("north", (200, 100)) if number < 4 else ("south", (101, 75))
        save_image(tmp_path / camera / f"{number}.png", 200, size)
        images.append(
            {"id": number, "file_name": f"{camera}/{number}.png", "width": size[0]} | {"height": size[1]}
        )
        images[-1]["ignore_regions"] = [[0, 0, size[0], 10]]
        boxes.append(box(number, number, 3, bbox=[30, 30, 40, 20]))
    content = coco(images, annotations=boxes, categories=[{"id": 3, "name": "car"}])
    return open_dataset(write_json(tmp_path / "labels.json", content))


def test_ground_truth_is_drawn_where_it_is(dataset: Dataset) -> None:
    frame = annotated_frame(dataset, 0)
    color = ImageColor.getrgb(color_of(3))
    assert tuple(frame[50, 30]) == tuple(frame[40, 70]) == color
    assert (frame[40, 50] == 200).all()
    assert (frame[5, 150] < 150).all() and (frame[15, 150] == 200).all()
    halved = annotated_frame(dataset, 0, size=(100, 50))
    assert halved.shape == (50, 100, 3) and tuple(halved[25, 15]) == color


def test_detections_lie_over_white_labels(dataset: Dataset) -> None:
    found = Detections(np.array([[100, 40, 140, 80]], np.float32), np.ones(1, np.float32), np.array([6]))
    frame = annotated_frame(dataset, 0, {1: found})
    assert tuple(frame[50, 30]) == (255, 255, 255)
    assert tuple(frame[80, 120]) == ImageColor.getrgb(color_of(6))


def test_choice_covers_cameras_before_time(dataset: Dataset) -> None:
    assert choose_frames(dataset, 2) == [0, 3]
    assert choose_frames(dataset, 4) == [0, 2, 3, 5]
    assert choose_frames(dataset, 100) == [0, 1, 2, 3, 4, 5]


def test_contact_sheet_shows_every_tile(dataset: Dataset, tmp_path: Path) -> None:
    write_view(dataset, tmp_path / "sheet.png", frames=4)
    sheet = np.array(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape[1] > 2 * 480
    light = (sheet == 200).all(axis=2).sum()
    tiles = 2 * 480 * 240 + 2 * 480 * 356
    assert 0.7 * tiles < light < tiles


def test_video_has_all_frames_in_the_first_ones_size(dataset: Dataset, tmp_path: Path) -> None:
    write_view(dataset, tmp_path / "all.mp4")
    frames = decode_all(tmp_path / "all.mp4")
    assert len(frames) == 6
    assert {frame.shape for frame in frames} == {(100, 200, 3)}
    # The second camera is narrower: black bars at its sides.
    assert frames[5][50, 2].max() < 20 and frames[5][80, 100].min() > 180


def test_odd_sized_video_is_padded(dataset: Dataset, tmp_path: Path) -> None:
    south = open_dataset(tmp_path / "south")
    write_view(south, tmp_path / "south.mp4", frames=2)
    assert [frame.shape for frame in decode_all(tmp_path / "south.mp4")] == [(76, 102, 3)] * 2


def test_wrong_outputs_leave_nothing(dataset: Dataset, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    with pytest.raises(TurboError, match=r"suffix '\.gif'"):
        write_view(dataset, tmp_path / "x.gif")
    with pytest.raises(TurboError, match="has no image 77"):
        write_view(dataset, tmp_path / "x.png", found={77: Detections.empty()})
    next((tmp_path / "south").iterdir()).write_bytes(b"")
    with pytest.raises(TurboError, match="is empty"):
        write_view(dataset, tmp_path / "x.mp4")
    assert set(tmp_path.iterdir()) == before
