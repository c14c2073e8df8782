"""`turbo profile measure` from the command line."""

import json
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.profiling.streets import make_enhancer, make_streets, write_enhancer
from tests.small_detector import SmallDetector
from turbo_cli.scheduling.latency import PIECES
from turbo_cli.scheduling.profile import load_profile


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that say what is profiled, in a folder where that lies."""
    make_streets(tmp_path / "streets")
    write_enhancer(tmp_path / "enhancer.safetensors", make_enhancer(trained=True))
    monkeypatch.chdir(tmp_path)
    detector = ["--detector", "tests.small_detector:make"]
    return [*detector, "--enhancer", "enhancer.safetensors", "--dataset", "streets/labels.json"]


def test_options_alone_measure(line: list[str], turbo: RunTurbo) -> None:
    options = ["--gpu", "cpu", "--max-batch", "2", "--max-seconds", "0.01", "--out", "profiles/here"]
    finished = turbo("profile", *line, *options)
    assert finished.status == 0, finished.err
    assert [row.split()[0] for row in finished.out.splitlines()[3:17]] == list(PIECES)
    profile = load_profile("profiles/here", SmallDetector())
    assert profile.latency.ms("level-5", 2) > 0 and not profile.assumed


def test_absent_hardware_is_estimated_on_request(line: list[str], turbo: RunTurbo) -> None:
    asked = ["profile", "measure", *line, "--gpu", "t4", "--max-batch", "2", "--out", "t4"]
    finished = turbo(*asked, "--estimate", "--json")
    assert finished.status == 0, finished.err
    content = json.loads(finished.out)
    assert {row["source"] for row in content["latency"]} == {"estimated"}
    assert len(content["latency"]) == 2 * len(PIECES)
    assert {row["source"] for row in content["accuracy"]} == {"measured"}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--gpu", "t4"], "not here to be measured"),
        (["--gpu", "h10", "--estimate"], "did you mean 'h100'"),
        (["--enhancer", "none.safetensors"], "none.safetensors: no such file"),
        (["--max-batch", "0"], "--max-batch"),
        (["--out", "streets/0.png/x"], "cannot write"),
        (["--out", "streets"], "streets: exists already"),
    ],
)
def test_what_the_user_can_mend_is_one_line(
    options: list[str], problem: str, line: list[str], turbo: RunTurbo
) -> None:
    finished = turbo("profile", *line, "--gpu", "cpu", "--out", "new", *options)
    assert (finished.status, finished.out) == (2, "")
    assert problem in finished.err and finished.err.count("\n") == 1
    assert not Path("new/latency.csv").exists()
