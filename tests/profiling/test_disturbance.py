"""A device that is busy, throttled or slowing down does not go unsaid."""

import subprocess
import sys
import time

import pytest
import torch

from turbo_cli.profiling.disturbance import Watch
from turbo_cli.profiling.monitors import DeviceSample
from turbo_cli.profiling.monitors.cpu import CpuMonitor
from turbo_cli.profiling.runs import Block, RowRuns

QUIET = DeviceSample(utilisation=0.0)


class Scripted:
    """A monitor that tells these samples one after the other."""

    name = "scripted"

    def __init__(self, *samples: DeviceSample) -> None:
        self._samples = iter(samples)

    def sample(self) -> DeviceSample:
        return next(self._samples)


def _row(times_ms: list[float], processor_share: float = 1.0) -> RowRuns:
    return RowRuns([Block((ms,), ms / 1e3 * processor_share, QUIET) for ms in times_ms])


def test_nothing_to_complain_of() -> None:
    watch = Watch(Scripted(QUIET, QUIET), torch.device("cpu"))
    watch.look()
    found = watch.found([_row([10.0, 10.2]), _row([5.0, 4.9])])
    assert found.complaints() == []
    assert (found.busy_before, found.throttled) == (None, None)


def test_a_gpu_that_is_busy_before_throttles_and_slows_down() -> None:
    busy, hot = DeviceSample(utilisation=0.6), DeviceSample(utilisation=1.0, throttled=True)
    cool = DeviceSample(utilisation=1.0, throttled=False)
    watch = Watch(Scripted(busy, cool, hot), torch.device("cuda"))
    watch.look(), watch.look()
    found = watch.found([_row([10.0, 12.0])])
    assert (found.other_cores, found.held_up, found.busy_before, found.throttled) == (None, None, 0.6, 0.5)
    assert found.slower == pytest.approx(0.2)
    assert len(found.complaints()) == 3 and "60% busy" in found.complaints()[0]


def test_a_process_that_has_to_wait() -> None:
    watch = Watch(Scripted(QUIET, QUIET), torch.device("cpu"))
    watch.look()
    found = watch.found([_row([10.0, 10.0], processor_share=0.7)])
    assert found.held_up == pytest.approx(0.3)
    assert found.complaints() == ["this process had to wait for 30% of the time it was measured"]


def test_another_process_at_work_is_seen() -> None:
    """A real one, on a real monitor."""
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        watch = Watch(CpuMonitor(), torch.device("cpu"))
        time.sleep(1.0)
        watch.look()
    finally:
        other.kill()
        other.wait()
    found = watch.found([_row([1.0, 1.0])])
    assert found.other_cores is not None and found.other_cores > 0.25
    assert "other processes" in found.complaints()[0]
