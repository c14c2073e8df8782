"""`turbo label-difficulty` from the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.conftest import RunTurbo
from tests.small_dataset import write_street

SMALL = ("label-difficulty", "--detector", "tests.small_detector:make")


@pytest.fixture
def street(tmp_path: Path) -> Path:
    return write_street(tmp_path / "street")


def test_prints_counts_histogram_and_shares_and_draws(turbo: RunTurbo, street: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "difficulty.csv", tmp_path / "plot.png"
    arguments = ("--roi-score", "0.05", "--hard-quantile", "0.5", "--plot", plot)
    finished = turbo(*SMALL, "--dataset", street, "--out", out, *arguments)
    assert (finished.status, finished.err) == (0, "")
    table = pd.read_csv(out)
    assert table["class"].value_counts().to_dict() == {"easy": 3, "hard": 3}
    assert f"{out}: 6 frames: 3 easy, 3 hard, 0 empty" in finished.out
    assert "0.95–1.00" in finished.out
    assert "RoIs from" in finished.out
    assert Image.open(plot).format == "PNG"


def test_json_is_what_was_written(turbo: RunTurbo, street: Path, tmp_path: Path) -> None:
    out = tmp_path / "difficulty.csv"
    finished = turbo(*SMALL, "--dataset", street, "--out", out, "--roi-score", "0.05", "--json")
    result = json.loads(finished.out)
    counts = pd.read_csv(out)["class"].value_counts().to_dict()
    assert result["counts"] == {"easy": 0, "hard": 0, "empty": 0} | counts
    assert result["rule"] == {"roi_score": 0.05, "hard_threshold": 0.6, "hard_small_objects": None}
    assert sum(bar["easy"] + bar["hard"] for bar in result["histogram"]) == result["frames"] == 6
    [share] = [
        one["share"]
        for one in result["hard_shares"]
        if (one["roi_score"], one["hard_threshold"]) == (0.05, 0.6)
    ]
    assert share == counts["hard"] / 6


def test_model_agnostic_says_what_makes_a_frame_hard(turbo: RunTurbo, street: Path, tmp_path: Path) -> None:
    arguments = ("--out", tmp_path / "difficulty.csv", "--strategy", "model-agnostic")
    finished = turbo(*SMALL, "--dataset", street, *arguments)
    assert finished.status == 0
    assert "objects below 32×32 pixels: 1 or more" in finished.out


BAD = [
    (
        ("--hard-threshold", "0.5", "--hard-quantile", "0.5"),
        "--hard-threshold and --hard-quantile contradict",
    ),
    (("--calibrate", "--roi-score", "0.3"), "--calibrate and --roi-score contradict each other"),
    (("--calibrate", "--hard-threshold", "0.3"), "--calibrate and --hard-threshold contradict each other"),
    (("--calibrate", "--hard-quantile", "0.3"), "--calibrate and --hard-quantile contradict each other"),
    (("--strategy", "model-agnostic", "--calibrate"), "model-agnostic and --calibrate contradict"),
    (("--strategy", "model-agnostic", "--hard-threshold", "1"), "model-agnostic and --hard-threshold"),
    (("--strategy", "by-luck"), "'by-luck' is not one of"),
    (("--roi-score", "0.01"), "greater than or equal to 0.05"),
    (("--hard-quantile", "1.5"), "less than or equal to 1"),
    (("--classes", "tram"), "no class 'tram' in the dataset"),
    (("--out", "."), ".: is a directory, not a file"),
    (("--out", "labels.json/difficulty.csv"), "labels.json/difficulty.csv: cannot write"),
    (("--plot", "."), ".: is a directory, not a file"),
    (("--dataset", "nowhere"), "nowhere: no such file or folder"),
    (("--dataset", "hollow"), "hollow: holds neither dataset.json nor images nor videos"),
    (("--dataset", "bare/labels.json", "--calibrate"), "--calibrate needs labels"),
    (("--dataset", "bare/labels.json", "--strategy", "model-agnostic"), "model-agnostic needs labels"),
    (("--dataset", "blank/labels.json", "--calibrate"), "--calibrate: no RoI floor and threshold separate"),
    (("--dataset", "blank/labels.json", "--strategy", "model-agnostic"), "no frame has an object below"),
]


@pytest.mark.parametrize(("arguments", "problem"), BAD, ids=lambda part: " ".join(part)[:40])
def test_bad_input_is_one_line(
    arguments: tuple[str, ...],
    problem: str,
    turbo: RunTurbo,
    street: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(street.parent)
    (street.parent / "hollow").mkdir()
    write_street(street.parent / "bare", labelled=False)
    write_street(street.parent / "blank", frames=1)
    line = ["--dataset", "labels.json", "--out", "difficulty.csv"]
    finished = turbo(*SMALL, *line, *arguments)
    assert (finished.status, finished.out) == (2, "")
    assert problem in finished.err
    assert finished.err.startswith("error: ") and finished.err.count("\n") == 1
    assert not Path("difficulty.csv").exists()
