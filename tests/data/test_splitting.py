"""Parts of a dataset: every frame in exactly one, in order, referring to the same images."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.test_dataset import box, coco, save_image, write_json
from turbo_cli.artifacts.dataset import DatasetFile
from turbo_cli.artifacts.dataset import Image as StoredImage
from turbo_cli.data import open_dataset
from turbo_cli.data.sources import find_source
from turbo_cli.data.splitting import parse_fractions, split_by_camera, split_by_time, write_parts
from turbo_cli.errors import TurboError


def cameras_of(lengths: list[int]) -> DatasetFile:
    images = [
        StoredImage(id=100 * camera + index, width=8, height=8, file_name="/a.png", camera=f"c{camera}")
        for camera, length in enumerate(lengths)
        for index in range(length)
    ]
    timed = [image.model_copy(update={"timestamp": image.id % 100 / 10}) for image in images]
    return DatasetFile(images=tuple(timed))


@given(st.lists(st.integers(2, 30), min_size=1, max_size=5), st.floats(0.3, 0.7))
def test_by_time_keeps_order_and_loses_nothing(lengths: list[int], share: float) -> None:
    content = cameras_of(lengths)
    parts = split_by_time(content, [share, 1 - share])
    for camera, length in enumerate(lengths):
        ids = [[image.id for image in part.images if image.camera == f"c{camera}"] for part in parts]
        assert ids[0] + ids[1] == [100 * camera + index for index in range(length)]
        assert abs(len(ids[0]) - share * length) <= 0.5
    for part in parts:
        for sequence in part.sequences:
            assert sequence.timestamps[0] == 0
            assert np.allclose(np.diff(sequence.timestamps), 0.1)


@given(st.integers(2, 12), st.integers(0, 5))
def test_by_camera_never_cuts_a_camera(cameras: int, seed: int) -> None:
    content = cameras_of([3] * cameras)
    parts = split_by_camera(content, [0.5, 0.5], seed)
    names = [{image.camera for image in part.images} for part in parts]
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == cameras
    assert abs(len(names[0]) - len(names[1])) <= 1
    assert split_by_camera(content, [0.5, 0.5], seed) == parts


def test_seeds_deal_differently() -> None:
    content = cameras_of([1] * 12)
    assert split_by_camera(content, [0.5, 0.5], 0) != split_by_camera(content, [0.5, 0.5], 1)


def test_empty_part_is_an_error() -> None:
    with pytest.raises(TurboError, match="no frames"):
        split_by_camera(cameras_of([5, 5]), [0.9, 0.1], 0)
    with pytest.raises(TurboError, match="no frames"):
        split_by_time(cameras_of([1, 1]), [0.9, 0.1])


@pytest.mark.parametrize(
    "text", ["", "1", "0.5", "0.5,0.6", "1.2,-0.2", "1,0", "nan,1", "inf,-inf", "a,b", "0.5,,0.5"]
)
def test_wrong_fractions(text: str) -> None:
    with pytest.raises(TurboError, match="fractions"):
        parse_fractions(text)


def test_parts_open_with_the_same_pixels_and_boxes(tmp_path: Path) -> None:
    images = []
    for number in range(1, 6):
        save_image(tmp_path / "ds" / "images" / f"{number}.png", number)
        images.append({"id": number, "file_name": f"{number}.png"})
    boxes = [box(number, number, 3, bbox=[number, 0, 4, 4]) for number in range(1, 6)]
    content = coco(images, annotations=boxes, categories=[{"id": 3, "name": "car"}])
    source = write_json(tmp_path / "ds" / "labels.json", content)
    parts = write_parts(split_by_time(find_source(source).content, [0.6, 0.4]), tmp_path / "out" / "deep")
    assert [path.name for path in parts] == ["part-1", "part-2"]
    assert "../" in (parts[0] / "dataset.json").read_text()
    second = open_dataset(parts[1])
    assert [info.image_id for info in second.frames] == [4, 5]
    assert [info.index for info in second.frames] == [0, 1]
    assert [int(second.frame(i)[0, 0, 0]) for i in range(2)] == [4, 5]
    assert second.targets(0).boxes_xyxy.tolist() == [[4, 0, 8, 4]]
    with pytest.raises(TurboError, match="exists already"):
        write_parts(split_by_time(find_source(source).content, [0.6, 0.4]), tmp_path / "out" / "deep")


def test_parts_of_parts_and_of_unlabelled_folders(tmp_path: Path) -> None:
    for number in range(8):
        save_image(tmp_path / "in" / f"{number}.png", number)
    halves = write_parts(split_by_time(find_source(tmp_path / "in").content, [0.5, 0.5]), tmp_path / "a")
    quarters = write_parts(split_by_time(find_source(halves[1]).content, [0.5, 0.5]), tmp_path / "b" / "c")
    last = open_dataset(quarters[1])
    assert not last.labelled
    assert [int(last.frame(i)[0, 0, 0]) for i in range(len(last))] == [6, 7]
