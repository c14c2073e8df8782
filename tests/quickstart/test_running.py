"""Stages run, are skipped, go on, fail and are broken off: with real commands in real processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.serving.waiting import until
from turbo_cli.errors import TurboError
from turbo_cli.quickstart import QuickstartOptions, quickstart
from turbo_cli.quickstart.running import run_stages
from turbo_cli.quickstart.stage import Stage

FIRST = Stage("first", "write a file", "init --out first.yaml", ("first.yaml",))
SECOND = Stage(
    "second", "print a file", "init --schema", ("second.json",), ("first.yaml",), prints="second.json"
)
FAILING = Stage("failing", "fail", "init --out missing.yaml --no-such-option", ("missing.yaml",))


def run(stages: list[Stage], folder: Path) -> str:
    said: list[str] = []
    run_stages(stages, folder, said.append)
    return "\n".join(said)


def test_each_stage_is_narrated_with_what_it_types_and_leaves_a_log(tmp_path: Path) -> None:
    said = run([FIRST, SECOND], tmp_path)
    assert "1/2 write a file\n  turbo init --out first.yaml\n" in said
    assert "2/2 print a file\n  turbo init --schema > second.json\n" in said
    assert (tmp_path / "first.yaml").read_text()
    assert json.loads((tmp_path / "second.json").read_text())
    assert "first.yaml: fill in" in (tmp_path / "logs" / "first.log").read_text()


def test_a_stage_whose_artifacts_are_there_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text("as it was")
    said = run([FIRST, SECOND], tmp_path)
    assert "1/2 write a file: done before" in said and "turbo init --out" not in said
    assert (tmp_path / "first.yaml").read_text() == "as it was"
    assert (tmp_path / "second.json").exists()


def test_what_a_broken_off_stage_left_is_cleared_away(tmp_path: Path) -> None:
    """`init` refuses to write over a file, as many commands do."""
    (tmp_path / "first.yaml").write_text("half")
    (tmp_path / "folder").mkdir()
    both = Stage("both", "", "init --out first.yaml", ("folder", "first.yaml", "never"))
    run([both], tmp_path)
    assert "half" not in (tmp_path / "first.yaml").read_text()
    assert not (tmp_path / "folder").exists()


def test_a_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    training = Stage("training", "train", "train-gan", ("gan",), checkpoint="gan.checkpoint")
    (tmp_path / "gan.checkpoint").write_text("state")
    said: list[str] = []
    with pytest.raises(TurboError, match="turbo train-gan --resume"):
        run_stages([training], tmp_path, said.append)
    assert said == ["1/1 train\n  turbo train-gan --resume"]
    assert (tmp_path / "gan.checkpoint").exists()


def test_a_stage_that_fails_is_named_with_its_command_status_and_log(tmp_path: Path) -> None:
    with pytest.raises(TurboError) as raised:
        run([FAILING, SECOND], tmp_path)
    log = tmp_path / "logs" / "failing.log"
    assert "stage failing failed with exit status 2: turbo init --out missing.yaml --no-s" in str(
        raised.value
    )
    assert str(log) in str(raised.value)
    assert "No such option" in log.read_text()
    assert not (tmp_path / "second.json").exists()


def test_a_stage_that_fails_leaves_nothing_of_what_it_printed(tmp_path: Path) -> None:
    stage = Stage("printing", "", "data info nothing", ("printed.json",), prints="printed.json")
    with pytest.raises(TurboError):
        run([stage], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(TurboError, match="holds something else already"):
        quickstart(tmp_path, QuickstartOptions(), print)
    assert [path.name for path in tmp_path.iterdir()] == ["train"]


def test_a_folder_made_with_other_options_is_left_alone(tmp_path: Path) -> None:
    made_with = {"fast": True, "iterations": 500, "seed": 3}
    (tmp_path / "quickstart.json").write_text(json.dumps(made_with))
    with pytest.raises(TurboError, match="was made with fast True, seed 3"):
        quickstart(tmp_path, QuickstartOptions(), print)


@pytest.mark.parametrize(
    ("numbers", "status"),
    [([signal.SIGINT], 130), ([signal.SIGTERM, signal.SIGTERM], 143), ([signal.SIGHUP], 129)],
    ids=["Ctrl-C", "SIGTERM twice, as `timeout` sends it", "the terminal goes"],
)
def test_a_signal_ends_the_child_too_and_leaves_nothing_half_made(
    numbers: list[signal.Signals], status: int, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "turbo_cli", "quickstart", "--out", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"})
    try:
        until(lambda: list(folder.glob(".train.*.tmp/images/*")), 120)
        children = psutil.Process(process.pid).children(recursive=True)
        for number in numbers:
            process.send_signal(number)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status
    assert err.decode() == ("error: interrupted\n" if status == 130 else "")
    assert children and not any(child.is_running() for child in children)
    assert {path.name for path in folder.iterdir()} == {"quickstart.json", "logs"}
