"""NVML's monitor in processes of their own, whose driver is a small library compiled here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the library."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler `cc` to build a driver with, or no Linux")
    folder = tmp_path_factory.mktemp("driver")
    library = "libnvidia-ml.so.1"
    build = [compiler, "-shared", "-fPIC", f"-Wl,-soname,{library}", "-o", str(folder / library)]
    subprocess.run([*build, str(HERE / "fake_nvml.c")], check=True)
    return folder


def run(driver: Path, code: str, **environment: str) -> Any:
    """What the code prints, as JSON."""
    beginning = "import dataclasses, json, time\nfrom turbo_cli.profiling.monitors import *\n"
    finished = subprocess.run(
        [sys.executable, "-c", beginning + code],
        env=os.environ | {"LD_LIBRARY_PATH": str(driver), "CUDA_VISIBLE_DEVICES": ""} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stderr == ""
    return json.loads(finished.stdout)


def test_a_gpu_tells_all_that_its_driver_knows(driver: Path) -> None:
    code = """
monitor = find_monitor("cuda:1")
print(json.dumps([dataclasses.asdict(monitor.sample()) for _ in range(2)]))
"""
    first, second = run(driver, code)
    common: dict[str, Any] = {
        "clock_mhz": 1590,
        "temperature_c": 61,
        "power_w": None,
        "memory_bytes": 5 << 30,
    }
    common |= {"utilisation": 0.42, "throttled": True}
    assert first == common | {"sm_activity": 0.32, "sm_occupancy": None}
    assert second == common | {"sm_activity": 0.33, "sm_occupancy": 0.125}


def test_a_gpu_without_counters_or_utilisation_or_none_at_all_is_one_line(driver: Path) -> None:
    code = """
from turbo_cli.errors import TurboError
from turbo_cli.profiling.monitors.nvml import NvmlMonitor
said = [NvmlMonitor(0, "GPU-one").sample().utilisation]
split, absent = lambda: find_monitor("cuda").sample(), lambda: find_monitor("cuda:2")
for ask in (split, absent, lambda: NvmlMonitor(0, "GPU-x")):
    try:
        ask()
    except TurboError as error:
        said.append(str(error))
print(json.dumps(said))
"""
    by_uuid, split, absent, unknown = run(driver, code)
    assert by_uuid == 0.42
    assert split == "NVML tells no utilisation: Not Supported"
    assert absent == "GPU 2: NVML: Invalid Argument (`turbo doctor` says what is missing)"
    assert unknown.startswith("GPU GPU-x: NVML: Not Found")


def test_a_gpu_that_is_lost_stops_no_sampling(driver: Path) -> None:
    code = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    with Sampling(find_monitor("cuda:1"), interval_s=0.01) as sampling:
        while sampling.failures < 3:
            time.sleep(0.01)
print(json.dumps([len(sampling.samples), sampling.problem, [str(one.message) for one in caught]]))
"""
    samples, problem, warned = run(driver, code, FAKE_NVML_LOST="3")
    assert (samples, problem) == (2, "NVML tells no utilisation: GPU is lost")
    (line,) = warned
    assert line.startswith("device monitor: ") and line.endswith(f"samples failed: {problem}")


def test_an_old_driver_without_a_function_tells_less(driver: Path, tmp_path: Path) -> None:
    source = (HERE / "fake_nvml.c").read_text().replace("nvmlGpmQueryDeviceSupport", "notYetThere")
    source = source.replace("nvmlDeviceGetCurrentClocksThrottleReasons", "notYetThereEither")
    (tmp_path / "old.c").write_text(source)
    library = tmp_path / "libnvidia-ml.so.1"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(tmp_path / "old.c")], check=True)
    code = "print(json.dumps(dataclasses.asdict(find_monitor('cuda:1').sample())))"
    sample = run(tmp_path, code)
    assert sample["utilisation"] == 0.42
    assert sample["sm_activity"] is sample["sm_occupancy"] is sample["throttled"] is None


def test_no_driver_is_one_line(tmp_path: Path) -> None:
    if (Path("/proc/driver/nvidia")).exists():
        pytest.skip("this machine has the driver")
    code = """
from turbo_cli.errors import TurboError
try:
    find_monitor("cuda")
except TurboError as error:
    print(json.dumps(str(error)))
"""
    assert "NVML Shared Library Not Found" in run(tmp_path, code)
