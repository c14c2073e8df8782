"""The processor, through psutil."""

from collections.abc import Callable

import psutil

from turbo_cli.profiling.monitors.base import DeviceSample

CHIPS = ("coretemp", "k10temp", "cpu_thermal")
"""What Linux calls the processor's own sensors: Intel's, AMD's, those of small boards."""


class CpuMonitor:
    """All cores of this machine."""

    name = "cpu"

    def __init__(self) -> None:
        # Not psutil.cpu_percent: it counts for each thread by itself, and its first answer in one is 0.
        self._busy_s, self._total_s = _times()
        self._utilisation = 0.0

    def sample(self) -> DeviceSample:
        """The utilisation is that since the last sample, or since the monitor was made."""
        busy, total = _times()
        if total > self._total_s:
            share = (busy - self._busy_s) / (total - self._total_s)
            self._utilisation = min(max(share, 0.0), 1.0)
            self._busy_s, self._total_s = busy, total
        return DeviceSample(
            utilisation=self._utilisation,
            clock_mhz=_told(lambda: psutil.cpu_freq().current),
            temperature_c=_told(_hottest),
            memory_bytes=psutil.virtual_memory().used,
        )


def _times() -> tuple[float, float]:
    """Seconds that all cores were busy, and that have passed on them."""
    times = psutil.cpu_times()._asdict()
    # Linux counts guests among the others too.
    total = sum(times.values()) - times.get("guest", 0.0) - times.get("guest_nice", 0.0)
    return total - times["idle"] - times.get("iowait", 0.0), total


def _hottest() -> float:
    sensors = psutil.sensors_temperatures()
    return max(float(one.current) for chip in CHIPS for one in sensors.get(chip, []))


def _told(ask: Callable[[], float]) -> float | None:
    """None where the system has no such sensor or file, or psutil no such function for the system."""
    try:
        return float(ask())
    except (AttributeError, LookupError, NotImplementedError, OSError, ValueError):
        return None
