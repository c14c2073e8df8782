"""Opening what users have: labels, lengths and pixels, lazily and across processes."""

import json
import os
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from tests.data.videos import decode_all, needs_h264, write_video
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.dataset import Frame
from turbo_cli.errors import TurboError


def save_image(path: Path, shade: int = 0, size: tuple[int, int] = (32, 24)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (shade, shade, shade)).save(path)
    return path


def coco(images: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    sized = [{"width": 32, "height": 24, **image} for image in images]
    return {"images": sized, "annotations": [], "categories": [], **more}


def box(number: int, image_id: int, category_id: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": image_id, "category_id": category_id} | {
        "bbox": [1, 2, 10, 5],
        "area": 50,
        **more,
    }


def write_json(path: Path, content: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def test_real_clip_has_its_labels_and_frames(shared_data: Path) -> None:
    path = shared_data / "ua-detrac" / "clip" / "labels.coco.json"
    dataset = open_dataset(path)
    assert len(dataset) == 252
    assert dataset.frame(0).shape == (540, 960, 3)
    stored = json.loads(path.read_text())["annotations"]
    read = Counter(int(number) for i in range(252) for number in dataset.targets(i).category_ids)
    assert read == Counter(one["category_id"] for one in stored)
    ignored = sum(int(dataset.targets(i).ignore.sum()) for i in range(252))
    assert ignored == sum(one["ignore"] for one in stored)
    assert dataset.targets(100).ignore_regions_xyxy.tolist() == [[0, 0, 960, 170]]
    assert dataset.frames[100].timestamp == pytest.approx(100 / 30)


def test_real_folders_open(shared_data: Path) -> None:
    persons = open_dataset(shared_data / "coco-person" / "labels.coco.json")
    assert len(persons) == 450
    assert sum(len(persons.targets(i)) for i in range(450)) == 1842
    cameras = Counter(info.camera for info in open_dataset(shared_data / "traffic-cameras" / "images").frames)
    assert cameras == {"junction": 148, "highway-night": 148, "avenue": 72, "highway": 45, "avenue-2": 12}


def test_image_and_folder_of_cameras(tmp_path: Path) -> None:
    single = open_dataset(save_image(tmp_path / "one.png", 7))
    assert len(single) == 1 and not single.labelled and len(single.targets(0)) == 0
    assert (single.frame(0) == 7).all()
    for number in (1, 2, 10):
        save_image(tmp_path / "street" / "north" / f"img{number}.png", number)
        save_image(tmp_path / "street" / "south" / f"img{number}.png", 100 + number)
    save_image(tmp_path / "street" / ".unfinished" / "img1.png")
    (tmp_path / "street" / "north" / "folder.png").mkdir()
    folder = open_dataset(tmp_path / "street")
    assert [(info.camera, info.index) for info in folder.frames] == [
        (camera, index) for camera in ("north", "south") for index in range(3)
    ]
    assert [int(folder.frame(i)[0, 0, 0]) for i in range(6)] == [1, 2, 10, 101, 102, 110]
    assert [info.image_id for info in folder.frames] == [1, 2, 3, 4, 5, 6]


@needs_h264
def test_folder_of_videos(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_video(tmp_path / f"{name}.mp4", frames=30 if name == "a" else 20)
    dataset = open_dataset(tmp_path)
    assert Counter(info.camera for info in dataset.frames) == {"a": 30, "b": 20}
    assert (dataset.frames[30].camera, dataset.frames[30].index) == ("b", 0)
    assert dataset.frames[10].timestamp == pytest.approx(0.4)
    expected = decode_all(tmp_path / "a.mp4") + decode_all(tmp_path / "b.mp4")
    for number in (49, 0, 31, 29, 30):
        assert np.array_equal(dataset.frame(number), expected[number])


@needs_h264
def test_crosses_into_workers_and_pickles(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=40)
    dataset = open_dataset(path)
    expected = decode_all(path)
    dataset.frame(20)  # a decoder is open when the workers fork
    loader: DataLoader[Any] = DataLoader(
        _Frames(dataset), batch_size=None, num_workers=2, multiprocessing_context="fork"
    )
    for number, (worker, frame) in enumerate(loader):
        assert worker != os.getpid()
        assert np.array_equal(frame, expected[number])
        assert np.array_equal(dataset.frame(39 - number), expected[39 - number])
    assert np.array_equal(pickle.loads(pickle.dumps(dataset)).frame(5), expected[5])


class _Frames(TorchDataset[tuple[int, Frame]]):
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[int, Frame]:
        return os.getpid(), self.dataset.frame(index)


@pytest.mark.parametrize(
    ("labels", "picture"),
    [
        ("labels.json", "a.png"),
        ("labels.json", "images/a.png"),
        ("annotations/labels.json", "images/a.png"),
    ],
)
def test_foreign_coco_finds_its_images(tmp_path: Path, labels: str, picture: str) -> None:
    save_image(tmp_path / picture, 9)
    path = write_json(tmp_path / labels, coco([{"id": 5, "file_name": "a.png"}]))
    dataset = open_dataset(path)
    assert dataset.frames[0].image_id == 5
    assert (dataset.frame(0) == 9).all()


def test_foreign_classes_get_turbo_ids_by_name(tmp_path: Path) -> None:
    save_image(tmp_path / "a.png")
    categories = [{"id": 0, "name": "Car"}, {"id": 1, "name": "tuk-tuk"}, {"id": 3, "name": "bus"}]
    annotations = [box(1, 1, 3), box(2, 1, 1, iscrowd=1), box(3, 1, 0, ignore=1), box(4, 2, 0)]
    images = [{"id": 2, "file_name": "a.png"}, {"id": 1, "file_name": "a.png"}]
    content = coco(images, categories=categories, annotations=annotations)
    dataset = open_dataset(write_json(tmp_path / "labels.json", content))
    assert dataset.categories == {3: "Car", 1000: "tuk-tuk", 6: "bus"}
    assert dataset.targets(0).category_ids.tolist() == [3]
    targets = dataset.targets(1)
    assert targets.category_ids.tolist() == [6, 1000, 3]
    assert targets.ignore.tolist() == [False, True, True]
    assert targets.crowd is not None and targets.crowd.tolist() == [False, True, False]
    assert targets.boxes_xyxy[0].tolist() == [1, 2, 11, 7]


@needs_h264
def test_coco_over_named_videos(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    path = write_video(tmp_path / "clips" / "a.mp4")
    images = [{"id": n, "video": "clips/a.mp4", "frame": n, "width": 64, "height": 48} for n in (30, 10)]
    dataset = open_dataset(write_json(tmp_path / "labels.json", coco(images)))
    assert [info.image_id for info in dataset.frames] == [10, 30]
    assert np.array_equal(dataset.frame(1), decode_all(path)[30])
    assert dataset.frames[1].timestamp == pytest.approx(30 / 25)
    images[0]["frame"] = 60
    with pytest.raises(TurboError, match=r"image 30: a\.mp4 has no frame 60"):
        open_dataset(write_json(tmp_path / "labels.json", coco(images)))


@needs_h264
def test_images_and_videos_in_one_file(tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.mp4")
    for number in (1, 2):
        save_image(tmp_path / f"{number}.png", number)
    images: list[dict[str, Any]] = [
        {"id": 1, "video": "a.mp4", "frame": 5, "width": 64, "height": 48},
        {"id": 2, "file_name": "2.png", "camera": "still", "timestamp": 3.0},
        {"id": 3, "file_name": "1.png", "camera": "still", "timestamp": 4.5},
    ]
    dataset = open_dataset(write_json(tmp_path / "labels.json", coco(images)))
    assert [(info.camera, info.index, info.timestamp) for info in dataset.frames] == [
        ("still", 0, 3.0),
        ("still", 1, 4.5),
        ("a", 0, pytest.approx(0.2)),
    ]
    assert [int(dataset.frame(i)[0, 0, 0]) for i in (0, 1)] == [2, 1]
    assert np.array_equal(dataset.frame(2), decode_all(video)[5])


def test_image_list_without_annotations_is_unlabelled(tmp_path: Path) -> None:
    save_image(tmp_path / "a.png")
    content = coco([{"id": 1, "file_name": "a.png"}], categories=[{"id": 1, "name": "car"}])
    del content["annotations"]
    assert not open_dataset(write_json(tmp_path / "labels.json", content)).labelled


def test_sequences_order_the_frames(tmp_path: Path) -> None:
    images = [
        {"id": n, "file_name": f"{n}.png", "camera": "ab"[n % 2], "frame_index": n // 2} for n in range(4)
    ]
    for number in range(4):
        save_image(tmp_path / f"{number}.png", number)
    sequences = [
        {"camera": "b", "image_ids": [1, 3], "timestamps": [0, 1]},
        {"camera": "a", "image_ids": [0, 2], "timestamps": [0, 1]},
    ]
    dataset = open_dataset(write_json(tmp_path / "dataset.json", coco(images, sequences=sequences)).parent)
    assert [int(dataset.frame(i)[0, 0, 0]) for i in range(4)] == [1, 3, 0, 2]
    sequences.pop()
    with pytest.raises(TurboError, match="image 0 is in no sequence"):
        open_dataset(write_json(tmp_path / "dataset.json", coco(images, sequences=sequences)))


def test_sequences_alone_may_tell_camera_and_time(tmp_path: Path) -> None:
    images = [{"id": number, "file_name": "a.png"} for number in (1, 2, 3)]
    save_image(tmp_path / "a.png")
    sequences = [
        {"camera": "north", "image_ids": [3, 1], "timestamps": [0, 0.5]},
        {"camera": "south", "image_ids": [2], "timestamps": [7]},
    ]
    path = write_json(tmp_path / "dataset.json", coco(images, sequences=sequences))
    frames = open_dataset(path).frames
    assert [(info.image_id, info.camera, info.index, info.timestamp) for info in frames] == [
        (3, "north", 0, 0),
        (1, "north", 1, 0.5),
        (2, "south", 0, 7),
    ]
    sequences[1]["image_ids"] = [3]
    with pytest.raises(TurboError, match="image 3 is in two sequences"):
        open_dataset(write_json(path, coco(images, sequences=sequences)))


def test_size_unlike_the_labels_is_an_error_at_that_frame(tmp_path: Path) -> None:
    save_image(tmp_path / "a.png", size=(16, 16))
    dataset = open_dataset(write_json(tmp_path / "l.json", coco([{"id": 1, "file_name": "a.png"}])))
    with pytest.raises(TurboError, match=r"a\.png: image is 16×16, expected 32×24"):
        dataset.frame(0)


def test_nothing_usable_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.json").touch()
    (tmp_path / "zero.png").touch()
    (tmp_path / "notes.txt").write_text("hello")
    no_images = write_json(tmp_path / "none.json", coco([]))
    lost = write_json(tmp_path / "lost.json", coco([{"id": 1, "file_name": "gone.png"}]))
    for path, expected in [
        (tmp_path / "nowhere", "no such file or folder"),
        (tmp_path / "empty", "holds neither dataset.json nor images nor videos"),
        (tmp_path / "empty.json", "empty.json: "),
        (tmp_path / "zero.png", "is empty"),
        (tmp_path / "notes.txt", "cannot read video"),
        (no_images, "has no images"),
        (lost, "none of its images is found"),
    ]:
        with pytest.raises(TurboError, match=expected):
            open_dataset(path)
