"""The monitor of a torch device."""

import torch

from turbo_cli.errors import TurboError
from turbo_cli.profiling.monitors.base import Monitor
from turbo_cli.profiling.monitors.cpu import CpuMonitor
from turbo_cli.profiling.monitors.dcgm import DcgmMonitor
from turbo_cli.profiling.monitors.nvml import NvmlMonitor


def find_monitor(device: str, dcgm_url: str | None = None) -> Monitor:
    """psutil for `cpu`; for `cuda` and `cuda:NUMBER` the DCGM exporter at `dcgm_url`, else NVML.

    Raises `TurboError` for a device that no monitor knows, without a driver, or for an unusable address.
    """
    kind, _, number = device.partition(":")
    if kind == "cuda" and (number.isdecimal() or not number):
        place = int(number or 0)
        if dcgm_url is not None:
            return DcgmMonitor(dcgm_url, place, _uuid(place))
        return NvmlMonitor(place, _uuid(place))
    if dcgm_url is not None:
        raise TurboError(f"a DCGM exporter tells of NVIDIA GPUs, not of {device!r}", "leave its address out")
    if kind == "cpu":
        return CpuMonitor()
    raise TurboError(f"no monitor for device {device!r}", "monitors know cpu, cuda and cuda:NUMBER")


def _uuid(number: int) -> str | None:
    """torch may count the GPUs otherwise than the driver (CUDA_VISIBLE_DEVICES); their UUIDs agree."""
    if number >= torch.cuda.device_count():
        return None
    return f"GPU-{torch.cuda.get_device_properties(number).uuid}"
