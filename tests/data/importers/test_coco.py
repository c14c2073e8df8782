"""COCO JSON: fields kept, images found, frames of a video, rows that are wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.importers.sources import (
    bad_counts,
    bad_rows,
    boxes_of,
    read_back,
    write_image,
    write_json,
    write_text,
    write_video,
)
from turbo_cli.data import open_dataset
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError

CATEGORIES = [{"id": 3, "name": "Car"}, {"id": 7, "name": "pedestrian"}, {"id": 9, "name": "motorbike"}]


def annotation(number: int, bbox: Any, category: int = 3, image: int = 12, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": image, "category_id": category, "bbox": bbox, **more}


def coco(images: list[dict[str, Any]], annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"images": images, "annotations": annotations, "categories": CATEGORIES}


IMAGE = {"id": 12, "file_name": "a.jpg", "width": 100, "height": 80}


def test_fields(tmp_path: Path) -> None:
    image = IMAGE | {"camera": "gate", "timestamp": 7.5, "ignore_regions": [[0, 0, 100, 12]]}
    annotations = [
        annotation(1, [10, 20, 30, 40], area=900.5, iscrowd=0),
        annotation(2, [1, 2, 3, 4], category=7, iscrowd=1),
        annotation(3, [90, 70, 20, 20], category=9, ignore=1, score=0.75, area=400),
    ]
    write_image(tmp_path / "src" / "images" / "a.jpg")
    path = write_json(tmp_path / "src" / "labels.json", coco([image], annotations))
    import_dataset("coco", path, tmp_path / "out")
    content = read_back(tmp_path / "out")
    assert boxes_of(content) == [
        ("car", [10, 20, 30, 40]),
        ("person", [1, 2, 3, 4]),
        ("motorcycle", [90, 70, 10, 10]),
    ]
    first, second, third = content.annotations
    assert (first.area, second.area, third.area) == (900.5, 12, 100)
    assert (second.iscrowd, third.ignore, third.score, first.score) == (1, 1, 0.75, None)
    assert content.images[0].id == 12
    assert [list(region) for region in content.images[0].ignore_regions] == [[0, 0, 100, 12]]
    assert (content.images[0].camera, content.images[0].timestamp) == ("gate", 7.5)
    assert {one.id: one.name for one in content.categories} == {1: "person", 3: "car", 4: "motorcycle"}


def test_real_photographs(shared_data: Path, tmp_path: Path) -> None:
    imported = import_dataset("coco", shared_data / "coco-person", tmp_path / "out")
    assert imported.summary()["frames"] == 450
    assert imported.summary()["boxes"] == {"person": 1842}
    assert imported.dataset.images[1].id == 3
    assert open_dataset(tmp_path / "out").frame(0).shape == (294, 416, 3)


def test_real_clip(shared_data: Path, tmp_path: Path) -> None:
    """Its JSON names image files that are not there; the frames are the video's beside it."""
    clip = shared_data / "ua-detrac" / "clip"
    summary = import_dataset("coco", clip, tmp_path / "out").summary()
    assert (summary["frames"], summary["ignore_regions"], summary["ignored_boxes"]) == (252, 252, 1724)
    assert summary["boxes"] == {"car": 4062, "motorcycle": 371, "bus": 245, "person": 152, "truck": 94}
    ours, theirs = open_dataset(tmp_path / "out"), open_dataset(clip / "labels.coco.json")
    assert np.array_equal(ours.frame(100), theirs.frame(100))
    assert np.allclose(ours.targets(100).boxes_xyxy, theirs.targets(100).boxes_xyxy, atol=0.01)


def test_coco_2017_layout_and_cameras_by_folder(tmp_path: Path) -> None:
    images: list[dict[str, Any]] = [
        IMAGE | {"id": 1, "file_name": "gate/1.png"},
        IMAGE | {"id": 2, "file_name": "yard/1.png"},
    ]
    for image in images:
        write_image(tmp_path / "src" / "val2017" / image["file_name"])
    annotations = [annotation(1, [1, 1, 9, 9], image=1), annotation(2, [1, 1, 9, 9], image=2)]
    path = write_json(tmp_path / "src" / "annotations" / "instances_val2017.json", coco(images, annotations))
    content = import_dataset("coco", path, tmp_path / "out").dataset
    assert [sequence.camera for sequence in content.sequences] == ["gate", "yard"]
    assert [image.file_name for image in content.images] == [
        "../src/val2017/gate/1.png",
        "../src/val2017/yard/1.png",
    ]


def test_frames_of_a_video(tmp_path: Path) -> None:
    video = write_video(tmp_path / "street.avi", frames=5)
    images = [{"id": number + 100, "frame": number} for number in (4, 1, 5, -1)]
    path = write_json(tmp_path / "labels.json", coco(images, [annotation(1, [1, 2, 3, 4], image=101)]))
    import_dataset("coco", path, tmp_path / "out", images=video, allow_bad=True)
    assert bad_counts(tmp_path / "out") == {"frame number out of range": 2}
    content = read_back(tmp_path / "out")
    assert [(one.id, one.video, one.frame) for one in content.images] == [
        (101, "../street.avi", 1),
        (104, "../street.avi", 4),
    ]
    assert [one.timestamp for one in content.images] == pytest.approx([0.1, 0.4])
    assert open_dataset(tmp_path / "out").frame(1).mean() == pytest.approx(40, abs=3)


def test_bad_rows(tmp_path: Path) -> None:
    write_image(tmp_path / "src" / "a.jpg")
    write_image(tmp_path / "src" / "small.jpg", 50, 40)
    images: list[Any] = [
        IMAGE,
        IMAGE | {"id": 13, "file_name": "gone.jpg"},
        IMAGE | {"id": 14, "file_name": "small.jpg"},
        IMAGE,
        {"file_name": "a.jpg"},
        {"id": "fifteen", "file_name": "a.jpg"},
        {"id": 16, "file_name": "a.jpg", "ignore_regions": 5},
        "a.jpg",
    ]
    annotations = [
        annotation(1, [10, 20, 30, 40]),
        annotation(2, [10, 20, 30]),
        annotation(3, [10, 20, "wide", 40]),
        annotation(4, [10, 20, -3, 40]),
        annotation(5, [10, 20, float("nan"), 40]),
        annotation(6, [10, 80, 5, 5]),
        annotation(7, [10, 20, 30, 40], category=8),
        annotation(8, [10, 20, 30, 40], image=13),
        annotation(9, [10, 20, 30, 40], image=99),
        annotation(10, [10, 20, 30, 40], image=14),
        annotation(11, [10, 20, 30, 40], score=float("nan")),
        annotation(12, [10, 20, 30, 10**400]),
    ]
    write_json(tmp_path / "src" / "labels.json", coco(images, annotations))
    import_dataset("coco", tmp_path / "src", tmp_path / "out", allow_bad=True)
    assert bad_counts(tmp_path / "out") == {
        "malformed row": 8,
        "zero area": 1,
        "not a finite number": 1,
        "outside the image": 1,
        "unknown class": 1,
        "missing image": 3,
        "image size differs": 2,
        "duplicate": 1,
    }
    assert ("malformed row", "labels.json", None, "annotations[2]") in bad_rows(tmp_path / "out")
    assert boxes_of(read_back(tmp_path / "out")) == [("car", [10, 20, 30, 40])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"labels.json: is empty \(0 bytes\)"),
        ('{"images": [', "labels.json: line 1: not JSON"),
        ("[" * 100_000, "labels.json: not usable as JSON"),
        ("[]", "not a COCO file: it has no list 'images'"),
        ('{"images": [], "annotations": {}}', "it has no list 'annotations'"),
        ('{"images": [], "annotations": [], "categories": [{"id": 1}]}', "categories: one has no name"),
        ('{"images": [], "annotations": [], "categories": []}', "no frame can be used"),
        ("\x00\xff", "labels.json"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, message: str) -> None:
    write_text(tmp_path / "src" / "labels.json", text)
    with pytest.raises(TurboError, match=message):
        import_dataset("coco", tmp_path / "src", tmp_path / "out")


def test_a_folder_with_two_json_files(tmp_path: Path) -> None:
    for name in ("train.json", "val.json"):
        write_json(tmp_path / "src" / name, coco([], []))
    with pytest.raises(TurboError, match=r"found 2: train.json, val.json"):
        import_dataset("coco", tmp_path / "src", tmp_path / "out")
