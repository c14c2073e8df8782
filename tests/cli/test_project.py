"""`turbo.yaml` as the defaults of every command."""

from pathlib import Path

import pytest

from tests.cli.commands import LEAVES
from tests.conftest import RunTurbo
from turbo_cli.cli.main import flags_first
from turbo_cli.serving.settings import Project


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_file_stands_in_for_an_option_that_is_required(turbo: RunTurbo, folder: Path) -> None:
    assert "'--detector'" in turbo("detect", "nothing.mp4", "--out", "x.json").err
    (folder / "turbo.yaml").write_text("detector: tiny\n")
    assert turbo("detect", "nothing.mp4", "--out", "x.json").err.startswith("error: nothing.mp4: ")


def test_options_win(turbo: RunTurbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("profile: no/such\n")
    (folder / "window.txt").write_text("0.5\n")
    line = ["plan", "--difficulties", "window.txt", "--budget", "9"]
    assert "no/such" in turbo(*line).err
    assert "other/one" in turbo(*line, "--profile", "other/one").err


def test_a_named_file_may_stand_anywhere_and_wins(turbo: RunTurbo, folder: Path) -> None:
    (folder / "turbo.yaml").write_text("nonsense")
    (folder / "other.yaml").write_text("sed: 1")
    finished = turbo("doctor", "--config", "other.yaml")
    assert finished.status == 2
    assert "other.yaml: line 1: key sed: no such key (did you mean 'seed'?)" in finished.err
    assert flags_first(["plan", "--config", "a", "--budget", "9"]) == [
        "--config",
        "a",
        "plan",
        "--budget",
        "9",
    ]
    assert flags_first(["plan", "--config=a"]) == ["--config=a", "plan"]


def test_a_named_file_that_is_absent_is_an_error(turbo: RunTurbo) -> None:
    assert (
        "no.yaml: no such file (run `turbo init --out no.yaml` first)"
        in turbo("doctor", "--config", "no.yaml").err
    )


def test_init_then_every_key_reaches_a_command(turbo: RunTurbo, folder: Path) -> None:
    assert turbo("init").status == 0
    assert (
        turbo("init").err == "error: turbo.yaml: exists already (remove it or name another file with --out)\n"
    )
    keys = set(Project.model_fields) - {"serve"}
    assert keys <= {name.lstrip("-") for leaf in LEAVES for name in leaf.options}
    assert turbo("init", "--schema").out.startswith("{")
