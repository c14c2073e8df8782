"""`turbo detect`: the result list, the scores, the pictures, the slips."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import RunTurbo
from tests.small_dataset import write_street
from turbo_cli.artifacts import detections as artifact
from turbo_cli.data import open_dataset
from turbo_cli.detectors import load_detector

SMALL = ("--detector", "tests.small_detector:make")


@pytest.fixture
def street(tmp_path: Path) -> Path:
    return write_street(tmp_path / "street", frames=3)


def test_the_file_is_a_coco_result_list_in_source_pixels(
    turbo: RunTurbo, street: Path, tmp_path: Path
) -> None:
    out = tmp_path / "boxes.json"
    assert turbo("detect", *SMALL, street, "--out", out).status == 0
    dataset = open_dataset(street)
    detector = load_detector("tests.small_detector:make")
    images, geometry = detector.prepare([dataset.frame(i) for i in range(3)])
    expected = detector.detect(detector.encode(images), geometry)
    written = artifact.read(out)
    assert list(written) == [info.image_id for info in dataset.frames]
    for found, wanted in zip(written.values(), expected, strict=True):
        np.testing.assert_allclose(found.boxes_xyxy, wanted.boxes_xyxy, atol=1e-3)
        np.testing.assert_allclose(found.scores, wanted.scores, atol=1e-5)
    record = json.loads(out.read_text())[0]
    assert record.keys() == {"image_id", "category_id", "bbox", "score"}


def test_labels_are_scored_camera_by_camera(turbo: RunTurbo, street: Path, tmp_path: Path) -> None:
    finished = turbo("detect", *SMALL, street, "--out", tmp_path / "boxes.json", "--json")
    scores = json.loads(finished.out)["scores"]
    cameras = {info.camera for info in open_dataset(street).frames}
    assert scores.keys() == cameras | {"all"}
    assert scores["all"]["frames"] == 3


def test_an_image_alone_is_frame_1(turbo: RunTurbo, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "one.png")
    out = tmp_path / "boxes.json"
    assert turbo("detect", *SMALL, tmp_path / "one.png", "--out", out).status == 0
    assert list(artifact.read(out)) == [1]


def test_drawn_frames_are_the_frames_with_boxes(turbo: RunTurbo, street: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "drawn"
    line = ("detect", *SMALL, street, "--out", tmp_path / "b.json", "--draw", drawn, "--draw-score", "0")
    assert turbo(*line).status == 0
    dataset = open_dataset(street)
    assert sorted(path.name for path in drawn.iterdir()) == [
        f"{info.image_id:06d}.jpg" for info in dataset.frames
    ]
    picture = np.asarray(Image.open(drawn / f"{dataset.frames[0].image_id:06d}.jpg")).astype(int)
    changed = np.abs(picture - dataset.frame(0)).max(axis=2) > 60
    assert picture.shape == dataset.frame(0).shape and changed.any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--classes", "vehicle=car+trcuk"], "no class 'trcuk'"),
        (["--draw", "taken"], "exists already"),
        (["--out", "taken"], "is a directory"),
        (["--size", "64by32"], "not WIDTHxHEIGHT"),
        (["--device", "cdua"], "unknown device 'cdua'"),
        (["--detector", "tinny"], "did you mean 'tiny'"),
    ],
)
def test_slips_are_found_before_the_work_and_leave_nothing(
    turbo: RunTurbo,
    street: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    finished = turbo("detect", *SMALL, street, "--out", "boxes.json", *options)
    assert finished.status == 2 and message in finished.err and finished.err.count("\n") == 1
    assert not (tmp_path / "boxes.json").exists()


def test_classes_without_labels_are_refused(turbo: RunTurbo, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "one.png")
    line = ("detect", *SMALL, tmp_path / "one.png", "--out", tmp_path / "b.json", "--classes", "car")
    finished = turbo(*line)
    assert finished.status == 2 and "no labels to judge by" in finished.err


def test_yolo_fastest_finds_the_vehicles_of_real_frames(
    turbo: RunTurbo, shared_data: Path, tmp_path: Path
) -> None:
    """The two nearest cars that people marked in the real sample's first frame."""
    weights = shared_data / "weights" / "yolo-fastest" / "yolo-fastest-1.1-xl.weights"
    frame = shared_data / "ua-detrac" / "MVI_20011" / "img00001.jpg"
    out = tmp_path / "boxes.json"
    line = ("detect", "--detector", "yolo-fastest-xl", "--weights", weights, frame, "--out", out)
    assert turbo(*line).status == 0
    found = artifact.read(out)[1].above(0.3)
    centre = (found.boxes_xyxy[:, :2] + found.boxes_xyxy[:, 2:]) / 2
    for left, top, width, height in ((592.75, 378.8, 160.05, 162.2), (557.65, 120.98, 47.2, 43.06)):
        near = np.abs(centre - [left + width / 2, top + height / 2]).max(axis=1) < max(width, height) / 4
        assert set(found.category_ids[near].tolist()) & {3, 6, 8}
