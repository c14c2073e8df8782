"""BDD100K in both of its JSON forms."""

from pathlib import Path
from typing import Any

import pytest

from tests.data.importers.sources import (
    bad_counts,
    bad_rows,
    boxes_of,
    read_back,
    write_image,
    write_json,
)
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError


def label(category: str, x1: float, y1: float, x2: float, y2: float) -> dict[str, Any]:
    return {
        "id": "0000",
        "attributes": {"occluded": False, "truncated": False, "trafficLightColor": "NA"},
        "category": category,
        "box2d": {"x1": x1, "y1": y1, "x2": x2, "y2": y2},
    }


def write_2020(folder: Path, frames: list[dict[str, Any]], split: str = "train") -> Path:
    for frame in frames:
        write_image(folder / "images" / "100k" / split / frame["name"], 128, 72)
    write_json(folder / "labels" / "det_20" / f"det_{split}.json", frames)
    return folder


def test_2020(tmp_path: Path) -> None:
    frames = [
        {
            "name": "b1c66a42-6f7d68ca.jpg",
            "attributes": {"weather": "overcast", "timeofday": "daytime", "scene": "city street"},
            "timestamp": 10000,
            "labels": [
                label("pedestrian", 10.5, 20, 20.5, 50),
                label("rider", 1, 2, 3, 4),
                label("motorcycle", 100, 60, 140, 70),
                label("traffic sign", 5, 5, 9, 9),
            ],
        },
        {"name": "b1c81faa-3df17267.jpg", "attributes": {}, "timestamp": 10000, "labels": None},
        {"name": "b1c9c847-3bda4659.jpg", "attributes": {}, "timestamp": 10000},
    ]
    source = write_2020(tmp_path / "bdd", frames)
    imported = import_dataset("bdd100k", source, tmp_path / "out")
    summary = imported.summary()
    assert summary["boxes"] == {"person": 2, "motorcycle": 1}
    assert (summary["frames"], summary["cameras"], summary["bad"]) == (3, 1, 0)
    assert (summary["dropped"], summary["clipped"]) == ({"traffic sign": 1}, 1)
    content = read_back(tmp_path / "out")
    assert boxes_of(content, 0) == [
        ("person", [10.5, 20, 10, 30]),
        ("person", [1, 2, 2, 2]),
        ("motorcycle", [100, 60, 28, 10]),
    ]
    assert [annotation.category_id for annotation in content.annotations] == [1, 1, 4]
    assert content.sequences[0].camera == "det_train"


def test_scalabel_form_and_camera_of_a_video(tmp_path: Path) -> None:
    frames = [
        {"name": f"{n}.jpg", "videoName": f"drive-{n}", "labels": [label("car", 1, 1, 9, 9)]} for n in (1, 2)
    ]
    source = write_2020(tmp_path / "bdd", frames)
    write_json(source / "labels" / "det_20" / "det_train.json", {"frames": frames, "config": {}})
    content = import_dataset("bdd100k", source, tmp_path / "out").dataset
    assert [sequence.camera for sequence in content.sequences] == ["drive-1", "drive-2"]


def test_per_image(tmp_path: Path) -> None:
    for name, split, category in (("0000f77c", "train", "bike"), ("0000f77d", "val", "motor")):
        write_image(tmp_path / "bdd" / "images" / split / f"{name}.jpg", 128, 72)
        lane = {"category": "lane/road curb", "id": 2, "poly2d": [[1, 2, "L"], [3, 4, "L"]]}
        objects = [label(category, 10, 20, 30, 60), label("person", 0, 0, 5, 10), lane]
        content = {"name": name, "frames": [{"timestamp": 10000, "objects": objects}], "attributes": {}}
        write_json(tmp_path / "bdd" / "labels" / split / f"{name}.json", content)
    imported = import_dataset("bdd100k", tmp_path / "bdd", tmp_path / "out")
    assert imported.summary()["boxes"] == {"person": 2, "bicycle": 1, "motorcycle": 1}
    assert [sequence.camera for sequence in imported.dataset.sequences] == ["train", "val"]
    assert boxes_of(imported.dataset, 1)[0] == ("motorcycle", [10, 20, 20, 40])
    assert imported.summary()["bad"] == 0


def test_bad_rows(tmp_path: Path) -> None:
    good = label("car", 1, 1, 9, 9)
    no_corner = label("car", 1, 1, 9, 9)
    del no_corner["box2d"]["y2"]
    frames: list[dict[str, Any]] = [
        {
            "name": "a.jpg",
            "labels": [good, label("car", 9, 9, 9, 20), label("car", 200, 1, 210, 9), no_corner],
        },
        {"name": "b.jpg", "labels": [label("ufo", 1, 1, 9, 9), {"box2d": {"x1": 1}}, "text"]},
        {"name": "c.jpg", "labels": [good, good]},
        {"name": "a.jpg", "labels": []},
    ]
    source = write_2020(tmp_path / "bdd", frames)
    (source / "images" / "100k" / "train" / "c.jpg").unlink()
    import_dataset("bdd100k", source, tmp_path / "out", allow_bad=True)
    assert bad_counts(tmp_path / "out") == {
        "zero area": 1,
        "outside the image": 1,
        "malformed row": 3,
        "unknown class": 1,
        "missing image": 3,
        "duplicate": 1,
    }
    assert ("zero area", "det_train.json", None, "frames[0].labels[1]") in bad_rows(tmp_path / "out")


def test_images_apart_from_labels(tmp_path: Path) -> None:
    frames = [{"name": "a.jpg", "labels": [label("car", 1, 1, 9, 9)]}]
    source = write_2020(tmp_path / "bdd", frames)
    path = source / "labels" / "det_20" / "det_train.json"
    with pytest.raises(TurboError, match=r"missing image.*--images"):
        import_dataset("bdd100k", path, tmp_path / "out")
    imported = import_dataset("bdd100k", path, tmp_path / "out", images=source / "images")
    assert imported.summary()["frames"] == 1


def test_images_of_one_name_are_not_guessed_between(tmp_path: Path) -> None:
    frames = [{"name": "a.jpg", "labels": [label("car", 1, 1, 9, 9)]}]
    source = write_2020(tmp_path / "bdd", frames)
    write_image(source / "images" / "10k" / "train" / "a.jpg", 128, 72)
    with pytest.raises(TurboError, match=r"two images are named a.jpg.*--images"):
        import_dataset("bdd100k", source, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"images": [], "annotations": [], "categories": []}, "it looks like COCO"),
        ([{"file": "a.jpg"}], "expected a list of frames"),
        ({"name": "a", "frames": []}, "expected `frames` with one frame"),
        ([], "no frame can be used"),
        (7, "expected a list of frames"),
    ],
)
def test_other_json(tmp_path: Path, content: Any, message: str) -> None:
    path = write_json(tmp_path / "labels.json", content)
    with pytest.raises(TurboError, match=message):
        import_dataset("bdd100k", path, tmp_path / "out")
