"""`turbo evaluate` from the command line."""

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import RunTurbo
from tests.profiling.streets import make_enhancer, make_streets, write_enhancer
from turbo_cli.artifacts import detections

FACTORY = """
from tests.small_detector import SmallDetector


def make(weights, device, size):
    return SmallDetector()
"""


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command with its required options, in a folder with frames, a detector and an enhancer for it."""
    make_streets(tmp_path / "streets")
    write_enhancer(tmp_path / "enhancer.safetensors", make_enhancer(trained=True))
    (tmp_path / "small_plugin.py").write_text(FACTORY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "small_plugin", raising=False)
    arguments = [
        "--enhancer",
        "enhancer.safetensors",
        "--dataset",
        "streets/labels.json",
        "--bootstrap",
        "20",
    ]
    return ["evaluate", "--detector", "small_plugin:make", *arguments]


def test_page_pictures_and_json_from_a_part_of_the_frames(line: list[str], turbo: RunTurbo) -> None:
    options = [
        "--frames",
        "6",
        "--baselines",
        "median,clahe",
        "--hard-threshold",
        "0.47855",
        "--score",
        "0.4",
    ]
    finished = turbo(
        *line, *options, "--html", "report.html", "--gallery", "gallery", "--boxes", "boxes", "--json"
    )
    assert finished.status == 0, finished.err
    content = json.loads(finished.out)
    assert content["levels"]["0"]["all"]["frames"] == content["frames"]["all"] == 6
    assert set(content["baselines"]) == {"median", "clahe"}
    assert content["training_cameras"] == ["north"]
    assert "small_plugin:make" in Path("report.html").read_text("utf-8")
    assert Path("gallery").is_dir()
    found = {path.stem: detections.read(path) for path in Path("boxes").iterdir()}
    assert set(found) == {
        *(f"level-{level}" for level in range(6)),
        "mirrored",
        "baseline-median",
        "baseline-clahe",
        "no-op-mirrored +0+1",
    }
    assert len(found["level-0"]) == 6


def test_the_table_shows_every_level_and_baseline(line: list[str], turbo: RunTurbo) -> None:
    finished = turbo(*line, "--baselines", "stretch", "--classes", "vehicle=car")
    assert finished.status == 0, finished.err
    firsts = [row.split()[0] for row in finished.out.splitlines()]
    expected = "level 0 1 2 3 4 5 union 1 2 3 4 5 mirrored weighted 1 2 3 4 5 mirrored"
    expected += " baseline stretch oracle baselines no-ops"
    assert " ".join(firsts[3:-8]) == expected
    assert max(map(len, finished.out.splitlines())) <= 80
    assert "12 frames" in finished.out and "AUC" in finished.out


def test_the_same_seed_gives_the_same_intervals(line: list[str], turbo: RunTurbo) -> None:
    finished = [turbo(*line, "--baselines", "none", "--json", "--seed", seed) for seed in ("1", "1", "2")]
    runs = [json.loads(one.out)["levels"] for one in finished]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--baselines", "strech"], "no baseline 'strech' (did you mean 'stretch'?)"),
        (["--dataset", "streets"], "has no labels"),
        (["--classes", "bus"], "no class 'bus'"),
        (["--enhancer", "none.safetensors"], "none.safetensors"),
        (["--bootstrap", "0"], "--bootstrap"),
        (["--gallery", "streets"], "streets: exists already"),
    ],
)
def test_what_the_user_can_mend_is_one_line(
    options: list[str], problem: str, line: list[str], turbo: RunTurbo
) -> None:
    finished = turbo(*line, *options)
    assert (finished.status, finished.out) == (2, "")
    assert problem in finished.err and finished.err.count("\n") == 1
