"""`examples/*.sh`: the scripts as they are, on small stand-ins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, RunTurbo
from tests.data.importers.sources import write_json
from tests.profiling.streets import make_enhancer, write_enhancer
from tests.simulation.profiles import write_made_up
from turbo_cli.data import open_dataset
from turbo_cli.data.sources import find_source
from turbo_cli.detectors import load_detector


def run(script: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of `examples/` with the `turbo` of this Python."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", REPOSITORY / "examples" / script, *map(str, arguments)],
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
    )


def write_bdd100k(streets: Path, folder: Path, part: str) -> None:
    """Synthetic streets in BDD100K's layout of 2020."""
    content = find_source(streets).content
    names = {category.id: category.name for category in content.categories}
    frames = []
    (folder / "images" / part).mkdir(parents=True)
    for image, info in zip(content.images, open_dataset(streets).frames, strict=True):
        name = f"{part}-{image.id}.png"
        shutil.copy(streets / str(image.file_name), folder / "images" / part / name)
        labels = [
            {"category": names[one.category_id], "box2d": corners(*one.bbox)}
            for one in content.annotations
            if one.image_id == info.image_id
        ]
        frames.append({"name": name, "labels": labels})
    write_json(folder / "labels" / "det_20" / f"det_{part}.json", frames)


def corners(left: float, top: float, width: float, height: float) -> dict[str, float]:
    return {"x1": left, "y1": top, "x2": left + width, "y2": top + height}


@pytest.mark.slow
def test_the_whole_road_from_bdd100k(tmp_path: Path, turbo: RunTurbo) -> None:
    for part, seed in (("train", "1"), ("val", "2")):
        streets = tmp_path / part
        assert turbo("data", "synth", streets, "--cameras", "2", "--frames", "2", "--seed", seed).status == 0
        write_bdd100k(streets, tmp_path / "bdd100k", part)
    small = {"DETECTORS": "tiny", "DEVICE": "cpu", "ITERATIONS": "2", "MAX_SECONDS": "0.01"}
    finished = run("bdd100k-to-edge.sh", tmp_path / "bdd100k", tmp_path / "out", **small)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.rstrip().endswith(f"turbo serve --config {tmp_path / 'out' / 'turbo.yaml'}")
    assert (tmp_path / "out" / "tiny" / "simulation" / "summary.json").exists()
    again = run("bdd100k-to-edge.sh", tmp_path / "bdd100k", tmp_path / "out", **small)
    assert again.stdout.count("is there") == 8, "what is there is not made anew"


def test_a_dry_run_touches_nothing(tmp_path: Path) -> None:
    finished = run("bdd100k-to-edge.sh", "bdd100k", tmp_path / "out", DRY_RUN="1")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("turbo train-multiexit") == 3
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_gate_lets_a_good_enhancer_through_and_a_harmful_one_not(tmp_path: Path, turbo: RunTurbo) -> None:
    streets = tmp_path / "streets"
    assert turbo("data", "synth", streets, "--cameras", "2", "--frames", "6", "--seed", "3").status == 0
    cache = {"TURBO_CACHE": str(tmp_path / "cache")}
    passed = run("ci-gate.sh", "tiny", "tiny", streets, "cpu/tiny", "2", **cache)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    enhancer = make_enhancer(trained=True, detector=load_detector("tiny"))
    write_enhancer(tmp_path / "harmful.safetensors", enhancer)
    profile = write_made_up(tmp_path / "profile")
    closed = run("ci-gate.sh", "tiny", tmp_path / "harmful.safetensors", streets, profile, "2", **cache)
    assert closed.returncode == 1
    assert "gate closed: the enhancer lowers mAP" in closed.stderr
