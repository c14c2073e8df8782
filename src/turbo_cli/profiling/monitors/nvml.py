"""An NVIDIA GPU, through its driver's NVML library."""

from collections.abc import Callable
from typing import Any, TypeVar

import pynvml

from turbo_cli.errors import TurboError
from turbo_cli.profiling.monitors.base import DeviceSample
from turbo_cli.profiling.monitors.gpm import GpmCounters

T = TypeVar("T")

SLOWDOWNS = (
    pynvml.nvmlClocksEventReasonSwPowerCap
    | pynvml.nvmlClocksEventReasonHwSlowdown
    | pynvml.nvmlClocksEventReasonSwThermalSlowdown
    | pynvml.nvmlClocksEventReasonHwThermalSlowdown
    | pynvml.nvmlClocksEventReasonHwPowerBrakeSlowdown
)
"""Reasons for a lowered clock that are heat or power, not idleness or a setting."""


class NvmlMonitor:
    """One GPU by its UUID, or by its number as `nvidia-smi` counts.

    SM activity and occupancy where the device has GPM. NVML stays initialised as long as the process lives.
    Raises `TurboError` without a driver or without such a GPU.
    """

    name = "nvml"

    def __init__(self, number: int, uuid: str | None = None) -> None:
        try:
            pynvml.nvmlInit()
            if uuid is None:
                self._device = pynvml.nvmlDeviceGetHandleByIndex(number)
            else:
                self._device = pynvml.nvmlDeviceGetHandleByUUID(uuid)
        except pynvml.NVMLError as error:
            raise TurboError(
                f"GPU {uuid or number}: NVML: {error}", "`turbo doctor` says what is missing"
            ) from error
        self._gpm = _told(lambda: GpmCounters(self._device))

    def sample(self) -> DeviceSample:
        """Raises `TurboError` if the driver does not tell the utilisation (GPU lost, or split by MIG)."""
        device = self._device
        try:
            percent = pynvml.nvmlDeviceGetUtilizationRates(device).gpu
        except pynvml.NVMLError as error:
            raise TurboError(f"NVML tells no utilisation: {error}") from error
        gpm = self._gpm
        activity, occupancy = (gpm and _told(gpm.read)) or (None, None)
        milliwatts = _told(lambda: pynvml.nvmlDeviceGetPowerUsage(device))
        return DeviceSample(
            utilisation=percent / 100,
            sm_activity=activity,
            sm_occupancy=occupancy,
            clock_mhz=_told(lambda: pynvml.nvmlDeviceGetClockInfo(device, pynvml.NVML_CLOCK_SM)),
            temperature_c=_told(lambda: pynvml.nvmlDeviceGetTemperature(device, pynvml.NVML_TEMPERATURE_GPU)),
            power_w=None if milliwatts is None else milliwatts / 1000,
            memory_bytes=_told(lambda: int(pynvml.nvmlDeviceGetMemoryInfo(device).used)),
            throttled=_told(lambda: _throttled(device)),
        )


def _throttled(device: Any) -> bool:
    return bool(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons(device) & SLOWDOWNS)


def _told(ask: Callable[[], T]) -> T | None:
    """None where the device or its driver has no such thing."""
    try:
        return ask()
    except pynvml.NVMLError:
        return None
