"""Videos without labels."""

from pathlib import Path

import pytest

from tests.data.importers.sources import read_back, write_image, write_text, write_video
from turbo_cli.data import open_dataset
from turbo_cli.data.importers import import_dataset
from turbo_cli.errors import TurboError


def test_a_folder_of_videos(tmp_path: Path) -> None:
    write_video(tmp_path / "src" / "gate.avi", 4)
    write_video(tmp_path / "src" / "night" / "yard.mp4", 3, fps=5)
    write_text(tmp_path / "src" / "readme.txt", "not a video")
    summary = import_dataset("video", tmp_path / "src", tmp_path / "out").summary()
    assert (summary["frames"], summary["cameras"], summary["boxes"]) == (7, 2, {})
    content = read_back(tmp_path / "out")
    assert not content.labelled
    assert [(one.camera, one.fps) for one in content.sequences] == [("gate", 10), ("night/yard", 5)]
    assert content.sequences[1].timestamps == pytest.approx((0, 0.2, 0.4))
    dataset = open_dataset(tmp_path / "out")
    assert dataset.frame(6).mean() == pytest.approx(20, abs=3)


def test_a_real_video(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "clips" / "car-detection.mp4"
    import_dataset("video", path, tmp_path / "out")
    content = read_back(tmp_path / "out")
    assert len(content.images) == 377
    assert (content.images[0].width, content.images[0].height) == (768, 432)
    assert content.sequences[0].timestamps[12] == pytest.approx(12 / 12.5, abs=0.01)


def test_a_copied_video_is_copied_once(tmp_path: Path) -> None:
    write_video(tmp_path / "src" / "gate.avi", 4)
    import_dataset("video", tmp_path / "src", tmp_path / "out", copy=True)
    assert {one.video for one in read_back(tmp_path / "out").images} == {"images/gate/gate.avi"}
    assert len(list((tmp_path / "out" / "images").rglob("*.*"))) == 1


@pytest.mark.parametrize("kind", ["empty", "text", "image folder", "nothing"])
def test_what_is_no_video(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "src"
    if kind in ("empty", "text"):
        source = write_text(source / "gate.mp4", "" if kind == "empty" else "hello " * 1000)
    elif kind == "image folder":
        write_image(source / "a.png")
    with pytest.raises(TurboError) as caught:
        import_dataset("video", source, tmp_path / "out")
    assert str(source) in str(caught.value)
    assert not (tmp_path / "out").exists()
