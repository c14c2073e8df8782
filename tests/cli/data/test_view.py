"""`turbo data view`, also interrupted."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image

from tests.conftest import RunTurbo
from tests.data.test_dataset import save_image
from tests.data.videos import write_video


def test_real_clip_to_sheet_and_video(turbo: RunTurbo, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "ua-detrac" / "clip" / "labels.coco.json"
    assert turbo("data", "view", source, "--out", tmp_path / "x.png").status == 0
    with Image.open(tmp_path / "x.png") as sheet:
        assert sheet.width > 4 * 480 and sheet.height > 3 * 270
    assert turbo("data", "view", source, "--out", tmp_path / "x.mp4", "--frames", "5").status == 0
    info = json.loads(turbo("data", "info", tmp_path / "x.mp4", "--json").out)
    assert (info["frames"], info["per_camera"][0]["width"]) == (5, 960)


def test_detections_over_labels(turbo: RunTurbo, tmp_path: Path) -> None:
    save_image(tmp_path / "in" / "1.png", 200, (480, 480))
    (tmp_path / "found.json").write_text(
        json.dumps(
            [
                {"image_id": 1, "category_id": 3, "bbox": [100, 100, 50, 50], "score": 0.9},
                {"image_id": 1, "category_id": 3, "bbox": [300, 300, 50, 50], "score": 0.1},
            ]
        )
    )
    options = ["--detections", tmp_path / "found.json", "--out", tmp_path / "x.png"]
    assert turbo("data", "view", tmp_path / "in", *options).status == 0
    with Image.open(tmp_path / "x.png") as sheet:
        top = sheet.height - 480 - 40
        assert sheet.getpixel((14 + 100, top + 130)) != (200, 200, 200)
        assert sheet.getpixel((14 + 300, top + 330)) == (200, 200, 200)


def test_other_suffix_is_one_line(turbo: RunTurbo, tmp_path: Path) -> None:
    save_image(tmp_path / "in" / "1.png")
    finished = turbo("data", "view", tmp_path / "in", "--out", tmp_path / "x.gif")
    assert finished.status == 2 and "'.gif'" in finished.err and finished.err.count("\n") == 1


def test_a_video_that_breaks_off_is_shown_with_a_warning(turbo: RunTurbo, tmp_path: Path) -> None:
    path = write_video(tmp_path / "cut.avi", "mpeg4", frames=200, options={"g": "12"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    finished = turbo("data", "view", path, "--out", tmp_path / "x.png")
    assert finished.status == 0
    assert finished.err.startswith(f"warning: {path}: the video breaks off: ")
    assert finished.err.count("\n") == 1


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    source = write_video(tmp_path / "long.avi", "mpeg4", frames=4000, options={"g": "12"})
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "turbo_cli", "data", "view", str(source), "--out", str(out / "x.mp4")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    deadline = time.monotonic() + 60
    while not list(out.iterdir()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "error: interrupted\n")
    assert not list(out.iterdir())
