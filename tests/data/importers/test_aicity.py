"""AI City: MOT rows, the mask, the video's frames."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.importers.sources import bad_counts, bad_rows, boxes_of, read_back, write_text, write_video
from turbo_cli.data import open_dataset
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError


def write_camera(folder: Path, *rows: str, roi: bool = True, frames: int = 6) -> Path:
    """A camera of 64×48 whose mask leaves out the 16 top lines and the 8 leftmost columns."""
    write_text(folder / "gt" / "gt.txt", "\n".join(rows))
    write_video(folder / "vdo.avi", frames)
    if roi:
        mask = np.zeros((48, 64), np.uint8)
        mask[16:, 8:] = 255
        Image.fromarray(mask).save(folder / "roi.jpg", quality=95)
    return folder


def test_cameras_of_a_scene(tmp_path: Path) -> None:
    inside, above, across = (
        "1,95,20,20,10,10,1,-1,-1,-1",
        "1,96,20,2,10,10,1,-1,-1,-1",
        "3,95,50,40,30,6,1,-1,-1,-1",
    )
    write_camera(tmp_path / "train" / "S01" / "c001", inside, above, across)
    write_camera(tmp_path / "train" / "S01" / "c002", "2,95,20,20,10,10,0,-1,-1,-1", roi=False)
    imported = import_dataset("aicity", tmp_path / "train", tmp_path / "out")
    summary = imported.summary()
    assert (summary["frames"], summary["cameras"], summary["boxes"]) == (12, 2, {"car": 4})
    assert (summary["ignored_boxes"], summary["clipped"], summary["ignore_regions"]) == (2, 1, 2 * 6)
    content = read_back(tmp_path / "out")
    assert [sequence.camera for sequence in content.sequences] == ["S01/c001", "S01/c002"]
    assert content.sequences[0].timestamps == pytest.approx((0, 0.1, 0.2, 0.3, 0.4, 0.5))
    assert boxes_of(content, 0) == [("car", [20, 20, 10, 10]), ("car", [20, 2, 10, 10])]
    assert boxes_of(content, 2) == [("car", [50, 40, 14, 6])]
    assert [one.ignore for one in content.annotations] == [0, 1, 0, 1]
    assert set(content.images[0].ignore_regions) == {(0, 0, 64, 16), (0, 16, 8, 32)}
    assert content.images[6].ignore_regions == ()
    assert (content.images[2].video, content.images[2].frame) == ("../train/S01/c001/vdo.avi", 2)
    assert open_dataset(tmp_path / "out").frame(2).mean() == pytest.approx(20, abs=3)


def test_one_camera_and_its_classes(tmp_path: Path) -> None:
    camera = write_camera(tmp_path / "c010", "1,1,20,20,10,10,1,3,1", "1,2,20,20,10,10")
    classes = write_text(tmp_path / "classes.yaml", "3: bus\n")
    imported = import_dataset("aicity", camera, tmp_path / "out", class_file=classes)
    assert imported.summary()["boxes"] == {"bus": 1, "car": 1}
    assert imported.dataset.sequences[0].camera == "c010"


def test_bad_rows(tmp_path: Path) -> None:
    rows = [
        "1,1,20,20,10,10,1,-1,-1,-1",
        "1,1,20,20,10,10,1,-1,-1,-1",
        "0,1,20,20,10,10,1,-1,-1,-1",
        "7,1,20,20,10,10,1,-1,-1,-1",
        "2,1,20,20,10",
        "2.5,1,20,20,10,10,1,-1,-1,-1",
        "2,1,20,20,ten,10,1,-1,-1,-1",
        "3,1,nan,20,10,10,1,-1,-1,-1",
        "4,1,64,20,10,10,1,-1,-1,-1",
        "5,1,20,20,10,0,1,-1,-1,-1",
    ]
    import_dataset("aicity", write_camera(tmp_path / "c1", *rows), tmp_path / "out", allow_bad=True)
    assert bad_counts(tmp_path / "out") == {
        "duplicate": 1,
        "frame number out of range": 2,
        "malformed row": 3,
        "not a finite number": 1,
        "outside the image": 1,
        "zero area": 1,
    }
    assert ("frame number out of range", "gt.txt", 4, None) in bad_rows(tmp_path / "out")


def test_what_is_refused(tmp_path: Path) -> None:
    camera = write_camera(tmp_path / "c1", "1,1,20,20,10,10,1,-1,-1,-1")
    Image.new("L", (32, 24), 255).save(camera / "roi.jpg")
    with pytest.raises(TurboError, match=r"roi.jpg: is 32×24, the video 64×48"):
        import_dataset("aicity", camera, tmp_path / "out")
    (camera / "gt" / "gt.txt").write_bytes(b"")
    with pytest.raises(TurboError, match=r"gt.txt: is empty \(0 bytes\)"):
        import_dataset("aicity", camera, tmp_path / "out")
    (camera / "gt" / "gt.txt").write_text("1,1,20,20,10,10\n")
    (camera / "vdo.avi").unlink()
    with pytest.raises(TurboError, match="expected one video beside the ground truth, found 0"):
        import_dataset("aicity", camera, tmp_path / "out")
    assert not (tmp_path / "out").exists()
