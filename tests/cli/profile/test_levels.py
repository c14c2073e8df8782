"""Model switching and clearer frames, from their profile to the mAP of a replay."""

import json
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.profiling.streets import make_enhancer, write_enhancer
from tests.small_detector import SmallDetector
from turbo_cli.scheduling.latency import WHOLE
from turbo_cli.scheduling.profile import load_profile

SMALL = ["--detector", "tests.small_detector:make"]
MEASURE = ["profile", "measure", *SMALL, "--dataset", "streets", "--gpu", "cpu", "--max-batch", "2"]
REPLAY = ["schedule-sim", *SMALL, "--dataset", "streets", "--window", "2000", "--fps", "4", "--json"]


@pytest.fixture
def streets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turbo: RunTurbo) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    assert turbo("data", "synth", "streets", "--cameras", "2", "--frames", "4").status == 0


def test_a_larger_detector_is_measured_planned_and_judged(streets: None, turbo: RunTurbo) -> None:
    levels = ["--levels", "detectors:tiny"]
    measured = turbo(*MEASURE, *levels, "--max-seconds", "0.01", "--out", "switching")
    assert measured.status == 0, measured.err
    profile = load_profile("switching")
    assert {row.piece for row in profile.latency_table.rows} == set(WHOLE[:2])
    assert {(row.reading, row.level) for row in profile.accuracy_table.rows} == {("true", 0), ("true", 1)}
    assert profile.levels.name == "detectors:tiny"
    replay = [*REPLAY, "--profile", "switching", *levels, "--execution", "per-level", "--gain", "mean"]
    finished = turbo(*replay)
    assert finished.status == 0, finished.err
    (summary,) = json.loads(finished.out)
    assert summary["order"] == "detect-first"
    assert summary["levels"][1] > 0 and not any(summary["levels"][2:])
    assert summary["map"] > summary["map_without"]
    checked = turbo("profile", "check", "switching")
    assert (checked.status, checked.out.splitlines()[0]) == (0, "switching: ok")
    assert turbo("profile", "show", "switching", "--plot", "switching.png").status == 0
    enhancer = write_enhancer(Path("enhancer.safetensors"), make_enhancer(trained=False))
    for options, problem in (
        (["--execution", "staged"], "no piece 'encode'"),
        (["--order", "discriminate-first"], "have no D_f to plan by (use --order detect-first)"),
        (["--levels", "enhancer", "--enhancer", enhancer], "levels 'detectors:tiny', not 'enhancer'"),
        (["--levels", "images:stretch"], "made for levels 'detectors:tiny', not 'images:stretch'"),
    ):
        refused = turbo(*replay, *options)
        assert (refused.status, refused.out) == (2, "")
        assert problem in refused.err and refused.err.count("\n") == 1


def test_clearer_frames_have_a_profile_too(streets: None, turbo: RunTurbo) -> None:
    levels = ["--levels", "images:stretch,gamma"]
    finished = turbo(*MEASURE, *levels, "--max-seconds", "0.01", "--out", "clearer")
    assert finished.status == 0, finished.err
    profile = load_profile("clearer", SmallDetector())
    assert profile.levels.count == 3
    assert profile.latency.ms("level-2", 2) > 0
    estimated = turbo(*MEASURE, *levels, "--gpu", "t4", "--estimate", "--out", "estimated")
    assert estimated.status == 2 and "can only be measured" in estimated.err
