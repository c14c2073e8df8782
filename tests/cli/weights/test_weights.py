"""`turbo weights`: what each subcommand prints, installs and refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.detectors.flaky_server import Behaviour, serving
from tests.detectors.test_loading import PLUGIN


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def yolo_fastest(shared_data: Path) -> Path:
    return shared_data / "weights" / "yolo-fastest" / "yolo-fastest-1.1-xl.weights"


def listed(turbo: RunTurbo, name: str) -> dict[str, object]:
    entries = json.loads(turbo("weights", "list", "--json").out)
    return next(entry for entry in entries if entry["name"] == name)


def test_import_then_list_then_verify(
    turbo: RunTurbo, yolo_fastest: Path, cache: Path, shared_data: Path
) -> None:
    assert listed(turbo, "yolo-fastest-xl")["size_bytes"] is None
    finished = turbo("weights", "import", "yolo-fastest-xl", yolo_fastest)
    installed = cache / "weights" / "yolo-fastest-xl.weights"
    assert (finished.status, finished.out) == (0, f"yolo-fastest-xl: {installed}\n")
    assert listed(turbo, "yolo-fastest-xl")["size_bytes"] == yolo_fastest.stat().st_size
    frames = shared_data / "ua-detrac" / "MVI_20011"
    finished = turbo("weights", "verify", "yolo-fastest-xl", "--image", frames, "--json")
    result = json.loads(finished.out)
    assert (finished.status, result["passed"]) == (0, True), finished.out
    (real,) = (checks for source, checks in result["checks"].items() if source == str(frames))
    assert real[-1]["name"] == "split equals whole"
    assert int(real[-1]["detail"].split()[0]) > 20


def test_pull_installs_and_says_where(turbo: RunTurbo, yolo_fastest: Path, cache: Path) -> None:
    body = yolo_fastest.read_bytes()
    with serving(Behaviour(body)) as address:
        finished = turbo("weights", "pull", "yolo-fastest-xl", "--url", address)
    installed = cache / "weights" / "yolo-fastest-xl.weights"
    assert (finished.status, finished.out, finished.err) == (0, f"yolo-fastest-xl: {installed}\n", "")
    assert installed.read_bytes() == body


def test_pull_refuses_other_bytes_in_one_line(turbo: RunTurbo, cache: Path) -> None:
    with serving(Behaviour(b"<html>sign in to the network first</html>")) as address:
        finished = turbo("weights", "pull", "yolov3", "--url", address)
    assert finished.status == 2
    assert finished.err.startswith("error: http") and finished.err.count("\n") == 1
    assert "SHA-256" in finished.err
    assert not list(cache.rglob("yolov3.weights*"))


def test_ctrl_c_leaves_what_it_has_for_the_next_pull(cache: Path) -> None:
    with serving(Behaviour(bytes(4 << 20), stalls=[3 << 20])) as address:
        command = [sys.executable, "-m", "turbo_cli", "weights", "pull", "yolov3", "--url", address]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
        part = cache / "weights" / "yolov3.weights.part"
        while process.poll() is None and not (part.exists() and part.stat().st_size):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "error: interrupted\n")
    assert part.stat().st_size >= 1 << 20
    assert not part.with_suffix("").exists()


def test_verify_fails_for_a_detector_that_breaks_the_contract(
    turbo: RunTurbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_plugin.py").write_text(PLUGIN)
    monkeypatch.chdir(tmp_path)
    finished = turbo("weights", "verify", "broken_plugin:make")
    assert finished.status == 1
    assert "FAILED  distill is zero on itself" in finished.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pull", "yolo3"], "did you mean 'yolov3'?"),
        (["pull", "tiny"], "ship with Turbo"),
        (["import", "yolov3", "absent.weights"], "absent.weights: no such file"),
        (["verify", "yolov3"], "turbo weights pull yolov3"),
        (["verify", "examples.custom_detector:make", "--image", "absent.jpg"], "absent.jpg"),
    ],
)
def test_slips_are_one_line_and_status_2(turbo: RunTurbo, arguments: list[str], says: str) -> None:
    finished = turbo("weights", *arguments)
    assert (finished.status, finished.out) == (2, "")
    assert says in finished.err and finished.err.count("\n") == 1
