"""The whole quickstart without training, and a training that is as short as can be."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.json_table import read_table
from turbo_cli.artifacts import enhancer, gan
from turbo_cli.quickstart import QuickstartOptions
from turbo_cli.quickstart.running import run_stages
from turbo_cli.quickstart.stages import make_stages


def run_fast(folder: Path) -> dict[str, Any]:
    """What it prints; it has to be JSON alone."""
    command = [sys.executable, "-m", "turbo_cli", "quickstart", "--fast", "--out", str(folder), "--json"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    finished = subprocess.run([*command, "--quiet"], capture_output=True, env=environment)
    assert (finished.returncode, finished.stderr) == (0, b"")
    numbers: dict[str, Any] = json.loads(finished.stdout)
    read_table().check("quickstart", numbers)
    return numbers


def moments(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_fast_one_ends_with_numbers_and_a_report_and_runs_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "fast"
    numbers = run_fast(folder)
    assert 0 < numbers["map_without"] < 1 and 0 < numbers["map_with"] < 1
    assert 0 <= numbers["misses"] <= numbers["frames"] == 160
    assert 0 <= numbers["misses_without"] <= 160
    assert numbers["report"] == str(folder / "report.html")
    before = moments(folder)
    assert run_fast(folder) == numbers
    assert moments(folder) == before


@pytest.mark.slow
def test_two_steps_of_training_make_an_enhancer(tmp_path: Path) -> None:
    stages = make_stages(QuickstartOptions(iterations=2), port=8080)
    names = [stage.name for stage in stages]
    run_stages(stages[: names.index("train-multiexit") + 1], tmp_path, print)
    assert gan.read(tmp_path / "gan.safetensors").provenance.detector == "tiny"
    assert enhancer.read(tmp_path / "enhancer.safetensors").provenance.detector == "tiny"
