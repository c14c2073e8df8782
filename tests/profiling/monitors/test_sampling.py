"""The processor's monitor, and sampling beside work."""

import time
from collections.abc import Iterator

import pytest

from turbo_cli.errors import TurboError
from turbo_cli.profiling.monitors import DeviceSample, Sampling, find_monitor


class Scripted:
    """Tells the given utilisations one after the other, then fails."""

    name = "scripted"

    def __init__(self, *utilisations: float) -> None:
        self._samples: Iterator[float] = iter(utilisations)

    def sample(self) -> DeviceSample:
        for value in self._samples:
            return DeviceSample(utilisation=value, power_w=100 * value if value > 0.5 else None)
        raise TurboError("the device is gone")


def test_the_processor_is_busy_when_it_works() -> None:
    monitor = find_monitor("cpu")
    until = time.process_time() + 0.2
    while time.process_time() < until:
        sum(range(1000))
    busy = monitor.sample()
    assert 0 < busy.utilisation <= 1
    assert busy.memory_bytes and busy.memory_bytes > 1 << 20
    assert busy.sm_activity is busy.power_w is None
    assert monitor.sample().utilisation <= 1, "also at once after the last"


def test_samples_are_taken_over_time_and_summed_up() -> None:
    with Sampling(find_monitor("cpu"), interval_s=0.01) as sampling:
        while len(sampling.samples) < 3:
            time.sleep(0.01)
    moments = [timed.at_s for timed in sampling.samples]
    assert moments == sorted(moments) and moments[0] >= 0.01
    summary = sampling.summary()
    assert 0 <= summary["utilisation"].mean <= 1
    assert "power_w" not in summary


def test_a_short_block_has_one_sample_and_keeps_its_own_error() -> None:
    with pytest.raises(ZeroDivisionError), Sampling(find_monitor("cpu"), interval_s=60) as sampling:
        _ = 1 / 0
    assert len(sampling.samples) == 1


def test_failures_are_counted_and_said_once() -> None:
    with (
        pytest.warns(match=r"device monitor: \d+ of \d+ samples failed: the device is gone") as caught,
        Sampling(Scripted(0.25, 0.75), interval_s=0.005) as sampling,
    ):
        while sampling.failures < 2:
            time.sleep(0.005)
    assert len(caught) == 1
    summary = sampling.summary()
    assert summary["utilisation"].mean == 0.5
    assert summary["utilisation"].p95 == pytest.approx(0.725)
    assert summary["power_w"].mean == summary["power_w"].p95 == 75


@pytest.mark.parametrize(
    ("device", "url", "problem"),
    [
        ("mps", None, "no monitor for device 'mps'"),
        ("cuda:x", None, "no monitor for device 'cuda:x'"),
        ("cpu", "http://localhost:9400/metrics", "not of 'cpu'"),
    ],
)
def test_a_device_without_monitor_is_one_line(device: str, url: str | None, problem: str) -> None:
    with pytest.raises(TurboError, match=problem):
        find_monitor(device, url)
