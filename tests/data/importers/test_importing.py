"""What holds for every format: shares of bad rows, paths, copies, all or nothing."""

import json
import shutil
from pathlib import Path

import pytest

from tests.data.importers.sources import boxes_of, read_back, write_image, write_text
from turbo_cli.data import open_dataset
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError

GOOD, BAD = "0 0.5 0.5 0.5 0.2", "0 0.5 0.5 0 0.2"


def write_source(folder: Path, rows: list[str], names: str = "[car]") -> Path:
    """One image, so that there is one row more than boxes."""
    write_text(folder / "data.yaml", f"train: images\nnames: {names}\n")
    write_image(folder / "images" / "1.png", 200, 100)
    write_text(folder / "labels" / "1.txt", "\n".join(rows))
    return folder


def test_five_per_cent_bad_are_borne_and_more_are_not(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", [GOOD] * 18 + [BAD])
    summary = import_dataset("yolo", source, tmp_path / "out").summary()
    assert (summary["bad"], summary["bad_share"], summary["bad_reasons"]) == (1, 0.05, {"zero area": 1})
    write_source(source, [GOOD] * 17 + [BAD])
    with pytest.raises(
        TurboError, match=r"1 of 19 rows are bad.*1 zero area \(first: .*1.txt, line 18.*--allow-bad"
    ):
        import_dataset("yolo", source, tmp_path / "other")
    summary = import_dataset("yolo", source, tmp_path / "other", allow_bad=True).summary()
    assert (summary["bad"], summary["boxes"]) == (1, {"car": 17})


def test_report_beside_the_dataset(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", [GOOD, BAD])
    imported = import_dataset("yolo", source, tmp_path / "out", allow_bad=True)
    report = json.loads((tmp_path / "out" / "import-report.json").read_text())
    rows = report.pop("bad_rows")
    assert report == imported.summary()
    assert rows == [
        {
            "reason": "zero area",
            "file": str(source / "labels" / "1.txt"),
            "line": 2,
            "key": None,
            "detail": "[100.0, 40.0, 0.0, 20.0] in 200×100",
            "rows": 1,
        }
    ]


def test_both_can_be_moved_together(tmp_path: Path) -> None:
    write_source(tmp_path / "here" / "src", [GOOD])
    import_dataset("yolo", tmp_path / "here" / "src", tmp_path / "here" / "out")
    assert read_back(tmp_path / "here" / "out").images[0].file_name == "../src/images/1.png"
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert open_dataset(tmp_path / "there" / "out").frame(0).shape == (100, 200, 3)


def test_paths_hold_through_a_linked_folder(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", [GOOD])
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er")
    import_dataset("yolo", source, tmp_path / "link" / "out")
    assert open_dataset(tmp_path / "link" / "out").frame(0).shape == (100, 200, 3)


def test_copies_stand_alone_under_names_of_their_own(tmp_path: Path) -> None:
    source = tmp_path / "src"
    write_text(source / "data.yaml", "train: a/images\nval: b/images\nnames: [car]\n")
    for folder, width in (("a", 30), ("b", 40)):
        write_image(source / folder / "images" / "gate" / "1.png", width, 20)
        write_text(source / folder / "labels" / "gate" / "1.txt", GOOD)
    import_dataset("yolo", source, tmp_path / "out", copy=True)
    shutil.rmtree(source)
    names = [image.file_name for image in read_back(tmp_path / "out").images]
    assert names == ["images/gate/1.png", "images/gate/1-2.png"]
    dataset = open_dataset(tmp_path / "out")
    assert [dataset.frame(index).shape[1] for index in range(2)] == [30, 40]


def test_copies_do_not_leave_the_dataset(tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "1.png", "camera": "../../../escape/.."}
    content = {
        "images": [image],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}],
        "categories": [{"id": 1, "name": "car"}],
    }
    write_text(tmp_path / "src" / "labels.json", json.dumps(content))
    write_image(tmp_path / "src" / "1.png")
    import_dataset("coco", tmp_path / "src", tmp_path / "a" / "b" / "out", copy=True)
    assert read_back(tmp_path / "a" / "b" / "out").images[0].file_name == "images/escape/1.png"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "src"]


def test_new_classes_are_numbered_from_1000(tmp_path: Path) -> None:
    source = write_source(
        tmp_path / "src", [f"{n} 0.5 0.5 0.5 0.2" for n in range(3)], "[zebra crossing, car, cone]"
    )
    classes = write_text(tmp_path / "classes.yaml", "zebra crossing: zebra crossing\ncone: traffic cone\n")
    imported = import_dataset("yolo", source, tmp_path / "out", class_file=classes)
    ids = {one.name: one.id for one in imported.dataset.categories}
    assert ids == {"car": 3, "traffic cone": 1000, "zebra crossing": 1001}
    assert imported.summary()["new_classes"] == ["traffic cone", "zebra crossing"]
    assert [name for name, _ in boxes_of(imported.dataset)] == ["zebra crossing", "car", "traffic cone"]


def test_classes_that_map_to_nothing(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", [GOOD] * 3)
    classes = write_text(tmp_path / "classes.yaml", "car: null\n")
    with pytest.raises(TurboError, match=r"classes map to nothing: car \(map at least one with --classes\)"):
        import_dataset("yolo", source, tmp_path / "out", class_file=classes)
    with pytest.raises(TurboError, match=r"3 unknown class.*ufo.*map it in a YAML file given as --classes"):
        import_dataset("yolo", write_source(source, [GOOD] * 3, "[ufo]"), tmp_path / "out")


def test_labels_without_a_box(tmp_path: Path) -> None:
    with pytest.raises(TurboError, match="no box in any label"):
        import_dataset("yolo", write_source(tmp_path / "src", []), tmp_path / "out")


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    kept = write_text(tmp_path / "out" / "notes.txt", "mine")
    with pytest.raises(TurboError, match="exists already"):
        import_dataset("yolo", write_source(tmp_path / "src", [GOOD]), tmp_path / "out")
    assert [path.name for path in kept.parent.iterdir()] == ["notes.txt"]


def test_options_that_say_nothing_to_a_format(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src", [GOOD])
    with pytest.raises(TurboError, match="--images says nothing to 'yolo'"):
        import_dataset("yolo", source, tmp_path / "out", images=source)
    with pytest.raises(TurboError, match="--classes says nothing to 'video'"):
        import_dataset("video", source, tmp_path / "out", class_file=source)
