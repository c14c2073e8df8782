"""YOLO: the layouts that are about, rows that are wrong, and boxes that come back as they went."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.importers.sources import bad_counts, bad_rows, boxes_of, read_back, write_image, write_text
from turbo_cli.data import open_dataset
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError

YAML = "path: .\ntrain: images\nval: images\nnc: 2\nnames: [bus, car]\n"


def write_source(folder: Path, *rows: str, yaml: str = YAML) -> Path:
    write_text(folder / "data.yaml", yaml)
    write_image(folder / "images" / "gate" / "1.png", 200, 100)
    write_text(folder / "labels" / "gate" / "1.txt", "\n".join(rows))
    return folder


def test_real_cameras(shared_data: Path, tmp_path: Path) -> None:
    summary = import_dataset("yolo", shared_data / "traffic-cameras", tmp_path / "out").summary()
    assert (summary["frames"], summary["cameras"], summary["bad"]) == (425, 5, 0)
    assert summary["boxes"] == {"car": 6779, "truck": 187, "bus": 150, "bicycle": 116}
    counts = {one.camera: len(one.image_ids) for one in read_back(tmp_path / "out").sequences}
    assert counts == {"junction": 148, "highway-night": 148, "avenue": 72, "highway": 45, "avenue-2": 12}
    label = (shared_data / "traffic-cameras" / "labels" / "avenue-2" / "C0_0.txt").read_text().split()
    dataset = open_dataset(tmp_path / "out")
    height, width = dataset.frame(0).shape[:2]
    x, y, w, h = (float(cell) for cell in label[1:5])
    expected = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
    assert dataset.targets(0).boxes_xyxy[0].tolist() == pytest.approx(expected, abs=1e-3)


def test_real_photographs(shared_data: Path, tmp_path: Path) -> None:
    summary = import_dataset("yolo", shared_data / "vehicles-openimages", tmp_path / "out").summary()
    assert (summary["frames"], summary["bad"]) == (998, 0)
    assert summary["boxes"] == {"car": 1019, "truck": 421, "motorcycle": 228, "bus": 216}
    counts = {one.camera: len(one.image_ids) for one in read_back(tmp_path / "out").sequences}
    assert counts == {"train": 878, "val": 120}


def test_boxes_and_polygons(tmp_path: Path) -> None:
    rows = ("0 0.5 0.5 0.5 0.2", "1 0.1 0.2 0.4 0.2 0.4 0.6 0.1 0.5", "", "1.0\t0.95 0.5 0.2 0.2")
    imported = import_dataset("yolo", write_source(tmp_path / "src", *rows), tmp_path / "out")
    assert boxes_of(imported.dataset) == [
        ("bus", [50, 40, 100, 20]),
        ("car", [20, 20, 60, 40]),
        ("car", [170, 40, 30, 20]),
    ]
    assert imported.summary()["clipped"] == 1
    assert imported.dataset.images[0].camera == "gate"


def test_images_without_boxes_are_frames(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", "0 0.5 0.5 0.5 0.2")
    write_image(source / "images" / "gate" / "2.png")
    write_image(source / "images" / "gate" / "10.png")
    write_text(source / "labels" / "gate" / "2.txt", "")
    content = import_dataset("yolo", source, tmp_path / "out").dataset
    assert [Path(image.file_name or "").name for image in content.images] == ["1.png", "2.png", "10.png"]
    assert [len(boxes_of(content, index)) for index in range(3)] == [1, 0, 0]


@pytest.mark.parametrize(
    "yaml",
    [
        "train: images\nnames: {0: bus, 1: car}\n",
        "train: [images/gate]\nnames: [bus, car]\n",
        "train: ../images\nval: images/../images\nnames: [bus, car]\n",  # as exports write it
        "path: ../datasets/elsewhere\ntrain: images\nnames: [bus, car]\n",
        "train: train.txt\nnames: [bus, car]\n",
        "train:\nval: images\ntest: null\nnames: [bus, car]\n",
    ],
)
def test_ways_to_write_data_yaml(tmp_path: Path, yaml: str) -> None:
    source = write_source(tmp_path / "src", "1 0.5 0.5 0.5 0.2", yaml=yaml)
    write_text(source / "train.txt", "./images/gate/1.png\n")
    content = import_dataset("yolo", source / "data.yaml", tmp_path / "out").dataset
    assert boxes_of(content) == [("car", [50, 40, 100, 20])]
    assert len(content.images) == 1


def test_bad_rows(tmp_path: Path) -> None:
    rows = [
        "0 0.5 0.5 0.5 0.2",
        "0 0.5 0.5 0.5",
        "0 0.5 0.5 0.5 0.2 0.9",
        "bus 0.5 0.5 0.5 0.2",
        "0.5 0.5 0.5 0.5 0.2",
        "2 0.5 0.5 0.5 0.2",
        "0 nan 0.5 0.5 0.2",
        "0 0.5 0.5 0 0.2",
        "0 50 50 20 10",
        "1 0.1 0.2 nan 0.2 0.4 0.6",
    ]
    source = write_source(tmp_path / "src", *rows)
    import_dataset("yolo", source, tmp_path / "out", allow_bad=True)
    assert bad_counts(tmp_path / "out") == {
        "malformed row": 4,
        "unknown class": 1,
        "not a finite number": 2,
        "zero area": 1,
        "outside the image": 1,
    }
    assert [row[1:3] for row in bad_rows(tmp_path / "out") if row[0] == "unknown class"] == [("1.txt", 6)]


def test_a_listed_image_that_is_missing(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", "1 0.5 0.5 0.5 0.2", yaml="train: train.txt\nnames: [bus, car]\n")
    write_text(source / "train.txt", "images/gate/1.png\nimages/gate/2.png\n")
    write_text(source / "labels" / "gate" / "2.txt", "1 0.5 0.5 0.5 0.2\n0 0.5 0.5 0.5 0.2\n")
    imported = import_dataset("yolo", source, tmp_path / "out", allow_bad=True)
    assert bad_counts(tmp_path / "out") == {"missing image": 3}
    assert imported.dataset.images[0].camera == "gate"


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("", "data.yaml: is empty"),
        ("train: [images\n", "data.yaml: line 2: "),
        ("names: [car]\n", "it has none of train, val"),
        ("train: images\n", "names: expected a list"),
        ("train: images\nnames: {a: car}\n", "names: a number is 'a'"),
        ("train: images\nnames: {0: car, 0: bus}\n", "line 2: '0' is there twice"),
        ("train: images\nnames: [[car]]\n", "names: a name is no text"),
        ("train: {a: b}\nnames: [car]\n", "train: expected the name of a folder"),
        ("[" * 5000, "not usable as YAML"),
        ("train: pictures\nnames: [car]\n", "train: no such folder or list"),
        ("train: labels\nnames: [car]\n", "no frame can be used"),
    ],
)
def test_data_yaml_that_is_refused(tmp_path: Path, yaml: str, message: str) -> None:
    source = write_source(tmp_path / "src", "0 0.5 0.5 0.5 0.2", yaml=yaml)
    with pytest.raises(TurboError, match=message):
        import_dataset("yolo", source, tmp_path / "out")


sides = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).filter(lambda pair: pair[1] - pair[0] > 1e-4)


@settings(max_examples=30, deadline=None)
@given(
    boxes=st.lists(st.tuples(sides, sides), min_size=1, max_size=8),
    size=st.tuples(*[st.integers(1, 4000)] * 2),
)
def test_boxes_inside_the_image_come_back(
    boxes: list[tuple[list[float], list[float]]], size: tuple[int, int]
) -> None:
    width, height = size
    rows, expected = [], []
    for (left, right), (top, bottom) in boxes:
        rows.append(f"1 {(left + right) / 2!r} {(top + bottom) / 2!r} {right - left!r} {bottom - top!r}")
        expected.append([left * width, top * height, (right - left) * width, (bottom - top) * height])
    with tempfile.TemporaryDirectory() as name:
        source = write_source(Path(name) / "src", *rows)
        write_image(source / "images" / "gate" / "1.png", width, height)
        imported = import_dataset("yolo", source, Path(name) / "out")
        assert (imported.report.clipped, imported.summary()["bad"]) == (0, 0)
        found = [list(one.bbox) for one in read_back(Path(name) / "out").annotations]
    for box, wanted in zip(found, expected, strict=True):
        assert box == pytest.approx(wanted, abs=1e-3)
