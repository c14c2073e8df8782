"""Stage two killed at random moments and resumed: the weights of an unbroken run, to the bit."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.small_detector import SmallDetector
from tests.training.stages import write_gan
from turbo_cli.artifacts import enhancer
from turbo_cli.artifacts.weights import hash_tensors

KILLS = 10


def command(folder: Path, gan: Path, out: Path, *more: str) -> list[str]:
    line = [sys.executable, "-m", "turbo_cli", "train-multiexit", "--detector", "tests.small_detector:make"]
    line += ["--gan", str(gan), "--dataset", str(folder), "--out", str(out), "--loss", "distill"]
    line += ["--degrade", "blur", "--iterations", "300", "--batch-size", "2", "--save-every", "3"]
    return [*line, "--workers", "0", *more]


def weights_hash(path: Path) -> str:
    weights = enhancer.read(path)
    return hash_tensors({**weights.decoder, **weights.frame_discriminator})


@pytest.mark.slow
def test_ten_kills_end_in_the_weights_of_an_unbroken_run(rectangles: Path, tmp_path: Path) -> None:
    gan = write_gan(tmp_path / "gan.safetensors", SmallDetector())
    unbroken, broken = tmp_path / "unbroken.safetensors", tmp_path / "broken.safetensors"
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run(command(rectangles, gan, unbroken), check=True, cwd=REPOSITORY, env=environment)
    checkpoint = broken.with_name("broken.safetensors.checkpoint")
    moments = random.Random(0)
    kills = 0
    while not broken.exists():
        resume = ["--resume"] if checkpoint.exists() else []
        process = subprocess.Popen(command(rectangles, gan, broken, *resume), cwd=REPOSITORY, env=environment)
        if kills < KILLS:
            begun = _written(checkpoint)
            while process.poll() is None and _written(checkpoint) == begun:
                time.sleep(0.005)
            time.sleep(moments.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
            kills += 1
        status = process.wait(timeout=120)
        assert status in (0, -signal.SIGKILL)
    assert kills == KILLS
    assert weights_hash(broken) == weights_hash(unbroken)


def _written(path: Path) -> int:
    """When; 0 for what is not there, or no longer: a training that ends takes its checkpoint away."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
