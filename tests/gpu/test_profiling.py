"""A profile by CUDA events, and what the driver tells of the device meanwhile."""

import json
import time
from functools import partial
from pathlib import Path

import pytest
import torch

from tests.conftest import RunTurbo
from turbo_cli.detectors import load_detector
from turbo_cli.profiling.monitors import Sampling, find_monitor
from turbo_cli.profiling.stopwatch import stopwatch
from turbo_cli.scheduling.latency import PIECES
from turbo_cli.scheduling.profile import load_profile

pytestmark = pytest.mark.gpu

CUDA = torch.device("cuda:0")


def multiply(times: int) -> None:
    square = torch.rand(4096, 4096, device=CUDA)
    for _ in range(times):
        square = square @ square
        square /= square.norm()


def test_events_time_what_the_device_does_and_not_how_fast_it_is_told() -> None:
    run = partial(multiply, 100)
    run()
    torch.cuda.synchronize(CUDA)
    begun = time.perf_counter()
    run()
    told_ms = 1e3 * (time.perf_counter() - begun)
    torch.cuda.synchronize(CUDA)
    assert stopwatch(CUDA)(run) > 3 * told_ms


def test_a_measured_profile_can_be_planned_by(turbo: RunTurbo, street: Path, tmp_path: Path) -> None:
    out = tmp_path / "here"
    made = ("--detector", "tiny", "--enhancer", "tiny", "--dataset", street, "--out", out, "--gpu", "cuda:0")
    finished = turbo("profile", *made, "--max-batch", "4", "--max-seconds", "0.2", "--json")
    assert finished.status == 0, finished.err
    content = json.loads(finished.out)
    assert {row["source"] for row in content["latency"]} == {"measured"}
    assert all(row["memory_peak_bytes"] > 2**20 for row in content["latency"])
    settings = json.loads((out / "latency.csv.json").read_text())["settings"]
    assert settings["device_name"] == torch.cuda.get_device_name(CUDA)
    profile = load_profile(str(out), load_detector("tiny"))
    assert profile.latency.ms("level-5", 4) > profile.latency.ms("level-0", 4) > 0
    assert {row["piece"] for row in content["latency"]} == set(PIECES)


def test_the_driver_tells_how_busy_and_warm_the_device_is() -> None:
    with Sampling(find_monitor("cuda:0"), interval_s=0.2) as sampling:
        for _ in range(10):
            multiply(500)
            torch.cuda.synchronize(CUDA)
    summary = sampling.summary()
    assert summary["utilisation"].mean > 0.2
    assert summary["memory_bytes"].mean > 64 * 2**20
    assert 10 < summary["temperature_c"].mean < 110 and summary["power_w"].mean > 10
    assert summary["clock_mhz"].mean > 100
