"""`turbo schedule-sim` as it is typed."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import RunTurbo
from tests.profiling.streets import make_enhancer, make_streets, write_enhancer
from tests.scheduling.windows import write_profile
from tests.simulation.profiles import PROVENANCE, write_made_up
from turbo_cli.artifacts import plan, rows, trace
from turbo_cli.detectors import load_detector


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    return write_profile(tmp_path / "profile")


def test_a_run_leaves_trace_plans_summary_and_picture(profile: Path, tmp_path: Path, turbo: RunTurbo) -> None:
    out = tmp_path / "out"
    line = ["schedule-sim", "--profile", profile, "--frames", "60", "--solver", "paper", "--out", out]
    finished = turbo(*line, "--json")
    assert finished.status == 0, finished.err
    (summary,) = json.loads(finished.out)
    assert summary["sent"] == 60 == sum(summary["levels"]) + summary["dropped"]
    assert json.loads((out / "summary.json").read_text()) == [summary]
    frames = trace.read(out / "trace.csv").rows
    assert len(frames) == 60
    plans = plan.read(out / "plan.jsonl").rows
    assert sum(len(window.levels) for window in plans) == 60 - summary["dropped"]
    assert Image.open(out / "picture.png").width == 960
    again = turbo(
        "schedule-sim", "--profile", profile, "--arrivals", out / "trace.csv", "--solver", "paper", "--json"
    )
    assert json.loads(again.out)[0]["levels"] == summary["levels"]


def test_a_trace_of_no_frames_has_a_result_too(profile: Path, tmp_path: Path, turbo: RunTurbo) -> None:
    trace.write(tmp_path / "trace.csv", rows.Table(PROVENANCE, ()))
    line = ["schedule-sim", "--profile", profile, "--arrivals", tmp_path / "trace.csv"]
    finished = turbo(*line, "--out", tmp_path / "out", "--json")
    assert finished.status == 0, finished.err
    assert json.loads(finished.out)[0]["frames"] == 0
    assert (tmp_path / "out" / "picture.png").exists()


def test_a_sweep_is_one_table(profile: Path, tmp_path: Path, turbo: RunTurbo) -> None:
    line = ["schedule-sim", "--profile", profile, "--frames", "40", "--out", tmp_path / "out"]
    finished = turbo(*line, "--sweep", "cameras=1..3", "solver=paper,none", "window=50,100")
    assert finished.status == 0, finished.err
    assert finished.out.splitlines()[0].split()[:3] == ["cameras", "solver", "window"]
    assert len(json.loads((tmp_path / "out" / "summary.json").read_text())) == 12
    assert (tmp_path / "out" / "picture.png").exists()


def test_a_replay_is_judged(tmp_path: Path, turbo: RunTurbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    profile = write_made_up(tmp_path / "profile")
    make_streets(tmp_path / "streets")
    detector = "tiny"
    enhancer = write_enhancer(
        tmp_path / "e.safetensors", make_enhancer(trained=False, detector=load_detector(detector))
    )
    line = ["schedule-sim", "--profile", profile, "--dataset", tmp_path / "streets" / "labels.json"]
    line += ["--detector", detector, "--enhancer", enhancer, "--pipeline", "glimpse"]
    finished = turbo(*line, "--json", "--out", tmp_path / "out")
    assert finished.status == 0, finished.err
    (summary,) = json.loads(finished.out)
    assert "gains are assumed" in finished.err
    assert 0 < summary["sent"] <= summary["frames"] == 12
    assert summary["map"] == summary["map_without"], "an untrained enhancer changes nothing"
    assert summary["map_gain_interval"] == [0, 0]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--arrivals", "posson"], "did you mean 'poisson'"),
        (["--window", "0.001"], "make the window longer"),
        (["--perturb", "latency=20"], "write latency=+20%"),
        (["--sweep", "camera=1"], "did you mean 'cameras'"),
        (["--difficulties", "beta:1"], "write beta:2,3"),
        (["--solver", "turboo"], "did you mean 'turbo'"),
        (["--fps", "nan"], "fps: nan is not a positive number"),
        (["--window", "inf"], "window: inf is not a positive number"),
        (["--seed", "-1"], "'--seed'"),
        (["--pipeline", "glimpse"], "add --dataset"),
    ],
)
def test_what_the_user_can_mend(
    options: list[str], problem: str, profile: Path, tmp_path: Path, turbo: RunTurbo
) -> None:
    finished = turbo("schedule-sim", "--profile", profile, "--out", tmp_path / "out", *options)
    assert finished.status == 2 and problem in finished.err
    assert not (tmp_path / "out").exists()
