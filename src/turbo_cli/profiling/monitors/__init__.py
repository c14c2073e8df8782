"""Device monitors: how busy, hot and full the device is, sampled beside any work (§2, §6)."""

from turbo_cli.profiling.monitors.base import DeviceSample, Monitor
from turbo_cli.profiling.monitors.finding import find_monitor
from turbo_cli.profiling.monitors.sampling import Sampling, Spread, TimedSample

__all__ = ["DeviceSample", "Monitor", "Sampling", "Spread", "TimedSample", "find_monitor"]
