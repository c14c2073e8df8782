"""`turbo data info`."""

import json
from collections import Counter
from pathlib import Path

from tests.conftest import RunTurbo
from tests.data.test_dataset import save_image


def test_real_clip_counts_as_its_labels_do(turbo: RunTurbo, shared_data: Path) -> None:
    path = shared_data / "ua-detrac" / "clip" / "labels.coco.json"
    finished = turbo("data", "info", path, "--json", "--sample", "2")
    assert finished.status == 0
    info = json.loads(finished.out)
    content = json.loads(path.read_text())
    names = {category["id"]: category["name"] for category in content["categories"]}
    counts = Counter(names[one["category_id"]] for one in content["annotations"])
    assert info["boxes"] == {name: counts[name] for name in names.values()}
    assert (info["frames"], info["cameras"], info["ignore_regions"]) == (252, 1, 252)
    assert info["ignored_boxes"] == sum(one["ignore"] for one in content["annotations"])
    (camera,) = info["per_camera"]
    assert (camera["width"], camera["height"], camera["sampled"]) == (960, 540, 2)
    assert 50 < camera["brightness"] < 200


def test_table_for_people(turbo: RunTurbo, tmp_path: Path) -> None:
    save_image(tmp_path / "north" / "1.png", 99)
    save_image(tmp_path / "south" / "1.png", 7)
    finished = turbo("data", "info", tmp_path)
    assert finished.status == 0
    north, south = finished.out.splitlines()[1:3]
    assert north.split() == ["north", "1", "32×24", "0.0", "0", "99", "0"]
    assert south.split() == ["south", "1", "32×24", "0.0", "0", "7", "0"]
    assert "2 frames, no labels" in finished.out


def test_wrong_path_is_one_line(turbo: RunTurbo, tmp_path: Path) -> None:
    finished = turbo("data", "info", tmp_path / "nowhere")
    assert (finished.status, finished.out) == (2, "")
    assert finished.err.startswith(f"error: {tmp_path}/nowhere: no such file or folder (`turbo data import`")
    assert finished.err.count("\n") == 1
