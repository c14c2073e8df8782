"""`turbo detect`: what is refused before the detector runs, and what stays as it was."""

from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.data.test_dataset import box, coco, save_image, write_json
from tests.data.videos import write_video


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    save_image(tmp_path / "1.png")
    boxes = [box(1, 1, 3)]
    content = coco(
        [{"id": 1, "file_name": "1.png"}], annotations=boxes, categories=[{"id": 3, "name": "car"}]
    )
    return write_json(tmp_path / "dataset.json", content)


def _detect(turbo: RunTurbo, source: Path, out: Path, *more: str | Path) -> str:
    """The one line that the command ends with."""
    finished = turbo("detect", "--detector", "tiny", source, "--out", out, *more)
    assert (finished.status, finished.out) == (2, "")
    assert finished.err.count("\n") == 1
    return finished.err


def test_results_do_not_go_where_the_source_lies(turbo: RunTurbo, tmp_path: Path, labels: Path) -> None:
    video = write_video(tmp_path / "street.avi", "mpeg4", frames=3)
    (tmp_path / "link").symlink_to(labels)
    sources = [
        (video, video),
        (labels, labels),
        (tmp_path, labels),
        (labels, tmp_path / "link"),
        (labels, tmp_path / "1.png"),
    ]
    for source, out in sources:
        before = out.read_bytes()
        assert f"{out}: is part of the source {source}" in _detect(turbo, source, out)
        assert out.read_bytes() == before


def test_places_are_checked_before_the_detector_runs(turbo: RunTurbo, tmp_path: Path, labels: Path) -> None:
    drawn, boxes = tmp_path / "drawn", tmp_path / "boxes.json"
    (tmp_path / "file").touch()
    missing: list[str | Path] = ["--weights", tmp_path / "missing"]
    assert "exists already" in _detect(turbo, labels, boxes, "--draw", tmp_path, *missing)
    assert "cannot write" in _detect(turbo, labels, tmp_path / "file" / "x.json", "--draw", drawn, *missing)
    assert not drawn.exists() and not boxes.exists()


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ("vehicle=car+buss", "no class 'buss' in the dataset"),
        ("vehicle=", "--classes: 'vehicle=' is empty"),
        ("", "--classes: '' is empty"),
    ],
)
def test_classes_are_checked_before_the_detector_runs(
    turbo: RunTurbo, tmp_path: Path, labels: Path, classes: str, message: str
) -> None:
    more: list[str | Path] = ["--classes", classes, "--weights", tmp_path / "missing"]
    assert message in _detect(turbo, labels, tmp_path / "boxes.json", *more)


def test_classes_need_labels(turbo: RunTurbo, tmp_path: Path, labels: Path) -> None:
    line = _detect(turbo, tmp_path / "1.png", tmp_path / "boxes.json", "--classes", "car")
    assert "no labels to judge by" in line


def test_a_size_beyond_the_memory_is_one_line(turbo: RunTurbo, tmp_path: Path, labels: Path) -> None:
    line = _detect(turbo, labels, tmp_path / "boxes.json", "--size", "99999999968x32")
    assert "not enough memory for a batch of 1" in line
