"""What `--gpu` names: a device that is here, or hardware that is not."""

from dataclasses import dataclass

import torch

from turbo_cli.detectors.loading import find_device
from turbo_cli.errors import TurboError, nearest
from turbo_cli.profiling.hardware import HARDWARE, Hardware, find_hardware


@dataclass(frozen=True)
class Target:
    """device: where the pieces run. hardware: what they are estimated for (None: they are measured)."""

    device: str
    hardware: Hardware | None = None


def find_target(gpu: str, estimate: bool) -> Target:
    """`cpu`, `cuda`, `cuda:NUMBER` or `auto` to measure; a name of `HARDWARE` to estimate.

    Raises `TurboError` for an unknown name, a device that is absent, hardware that could only be estimated,
    and a device that could only be measured.
    """
    if gpu == "auto":
        gpu = "cuda:0" if torch.cuda.is_available() else "cpu"
    kind, _, number = gpu.partition(":")
    is_device = kind in ("cpu", "cuda") and (not number or number.isdecimal())
    if not is_device and gpu not in HARDWARE:
        raise TurboError(f"unknown --gpu {gpu!r}", nearest(gpu, ["auto", "cpu", "cuda:0", *HARDWARE]))
    if estimate:
        return Target("cpu", find_hardware(gpu))
    if not is_device:
        raise TurboError(
            f"--gpu {gpu}: that hardware is not here to be measured",
            "add --estimate for a roofline's guess, or run this on it with --gpu cuda:0",
        )
    find_device(gpu)
    return Target(gpu)
