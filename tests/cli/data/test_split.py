"""`turbo data split`."""

import json
from pathlib import Path

from tests.conftest import RunTurbo
from turbo_cli.data import open_dataset


def test_real_clip_by_time(turbo: RunTurbo, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "ua-detrac" / "clip" / "labels.coco.json"
    arguments = ["--by", "time", "--fractions", "0.6,0.4", "--out", tmp_path / "parts", "--json"]
    finished = turbo("data", "split", source, *arguments)
    assert finished.status == 0, finished.err
    first, second = json.loads(finished.out)["parts"]
    assert (first["frames"], second["frames"]) == (151, 101)
    assert first["boxes"] + second["boxes"] == 4924
    whole, later = open_dataset(source), open_dataset(second["path"])
    assert (later.frame(3) == whole.frame(154)).all()
    assert (later.targets(3).boxes_xyxy == whole.targets(154).boxes_xyxy).all()
    assert later.targets(3).ignore_regions_xyxy.tolist() == [[0, 0, 960, 170]]


def test_real_cameras_stay_whole(turbo: RunTurbo, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "traffic-cameras" / "images"
    arguments = ["--by", "camera", "--fractions", "0.6,0.4", "--seed", "3", "--out", tmp_path / "parts"]
    assert turbo("data", "split", source, *arguments).status == 0
    parts = [open_dataset(tmp_path / "parts" / f"part-{number}") for number in (1, 2)]
    cameras = [{info.camera for info in part.frames} for part in parts]
    assert [len(names) for names in cameras] == [3, 2] and not cameras[0] & cameras[1]
    assert sum(map(len, parts)) == 425


def test_wrong_options_are_one_line_and_leave_nothing(turbo: RunTurbo, tmp_path: Path) -> None:
    for options in (["time", "0.6,0.6"], ["weather", "0.6,0.4"]):
        finished = turbo("data", "split", tmp_path, "--by", options[0], "--fractions", options[1])
        assert finished.status == 2 and finished.err.count("\n") == 1
    assert not list(tmp_path.parent.glob("*-split"))
