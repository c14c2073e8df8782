"""`turbo data import` on the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.data.importers.sources import write_image, write_text
from turbo_cli.data import open_dataset


def write_source(folder: Path) -> Path:
    write_text(folder / "data.yaml", "train: images\nnames: [car, tree]\n")
    write_image(folder / "images" / "gate" / "1.png", 200, 100)
    write_text(
        folder / "labels" / "gate" / "1.txt", "0 0.5 0.5 0.5 0.2\n1 0.5 0.5 0.2 0.2\n0 1 0.5 0.2 0.2\n"
    )
    write_text(folder / "classes.yaml", "tree: null\n")
    return folder


def test_counts_for_people_and_for_scripts(turbo: RunTurbo, tmp_path: Path) -> None:
    source, classes = write_source(tmp_path / "src"), tmp_path / "src" / "classes.yaml"
    finished = turbo("data", "import", "yolo", source, tmp_path / "a", "--classes", classes)
    assert (finished.status, finished.err) == (0, "")
    assert finished.out.splitlines() == [
        f"{tmp_path / 'a'}: 1 frame of 1 camera",
        "boxes: car 2",
        "boxes clipped at the image's edge: 1",
        "boxes dropped by the class map: tree 1",
        "bad rows: 0",
    ]
    finished = turbo(
        "data", "import", "yolo", source, tmp_path / "b", "--classes", classes, "--copy", "--json"
    )
    counts = json.loads(finished.out)
    assert (counts["frames"], counts["cameras"], counts["boxes"], counts["bad"]) == (1, 1, {"car": 2}, 0)
    assert len(open_dataset(tmp_path / "b").targets(0)) == 2


def test_bad_rows_are_named(turbo: RunTurbo, tmp_path: Path) -> None:
    source = write_source(tmp_path / "src")
    finished = turbo("data", "import", "yolo", source, tmp_path / "out", "--allow-bad")
    assert finished.out.splitlines()[-1] == "bad rows: 1 (25.0%: unknown class 1), see import-report.json"


@pytest.mark.parametrize(
    "arguments",
    [
        ["yollo", "src", "out"],
        ["yolo", "nowhere", "out"],
        ["yolo", "src", "src"],
        ["yolo", "src", "out"],
        ["yolo", "src", "out", "--classes", "src/data.yaml"],
        ["yolo", "src", "out", "--classes", "nowhere.yaml"],
        ["coco", "src", "out"],
        ["ua-detrac", "src", "out", "--images", "nowhere"],
        ["coco", "src/data.yaml", "out"],
        ["bdd100k", "src", "out"],
        ["bdd100k", "src/images/gate/1.png", "out"],
        ["ua-detrac", "src", "out"],
        ["ua-detrac", "src/data.yaml", "out"],
        ["aicity", "src", "out"],
        ["aicity", "src/data.yaml", "out"],
        ["video", "src", "out"],
        ["video", "src/data.yaml", "out"],
        ["yolo", "src/images/gate/1.png", "out"],
        ["yolo", "src", "data.yaml/out"],
    ],
    ids=" ".join,
)
def test_slips_are_one_line_and_status_2(
    turbo: RunTurbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    write_source(tmp_path / "src")
    write_text(tmp_path / "data.yaml", "a file")
    monkeypatch.chdir(tmp_path)
    finished = turbo("data", "import", *arguments)
    assert (finished.status, finished.out) == (2, "")
    assert finished.err.startswith("error: ") and finished.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.yaml", "src"]


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    source = write_source(tmp_path / "src")
    write_text(source / "data.yaml", "train: endless.txt\nnames: [car, tree]\n")
    os.mkfifo(source / "endless.txt")  # reading it waits for ever
    arguments = ["data", "import", "yolo", str(source), str(tmp_path / "out")]
    command = [sys.executable, "-m", "turbo_cli", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while len(list(tmp_path.iterdir())) < 2:  # until the temporary folder is there
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["src"]
