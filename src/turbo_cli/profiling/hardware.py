"""Published peaks of hardware that need not be here, for `turbo profile --estimate`."""

from dataclasses import dataclass

from turbo_cli.errors import TurboError, nearest

LAUNCH_US = 4.0
"""What starting one operation costs at least. Fitted once on a T4 (`roofline`) and assumed elsewhere."""


@dataclass(frozen=True)
class Hardware:
    """One accelerator.

    tflops: float32 without tensor cores; torch may use TF32 from Ampere on, which is faster. gb_per_s: of its
    memory. launch_us: least time of an operation. datasheet: where the peaks stand.
    """

    tflops: float
    gb_per_s: float
    datasheet: str
    launch_us: float = LAUNCH_US


HARDWARE: dict[str, Hardware] = {
    "a2": Hardware(4.5, 200, "NVIDIA A2 Tensor Core GPU datasheet"),
    "a10": Hardware(31.2, 600, "NVIDIA A10 Tensor Core GPU datasheet"),
    "a100": Hardware(19.5, 1555, "NVIDIA A100 Tensor Core GPU datasheet (40 GB)"),
    "h100": Hardware(67, 3350, "NVIDIA H100 Tensor Core GPU datasheet (SXM)"),
    "h200": Hardware(67, 4800, "NVIDIA H200 Tensor Core GPU datasheet (SXM)"),
    "l4": Hardware(30.3, 300, "NVIDIA L4 Tensor Core GPU datasheet"),
    # 1024 cores, two operations a cycle, 918 MHz; its host processor starts operations more slowly.
    "orin-nx": Hardware(1.88, 102.4, "NVIDIA Jetson Orin NX Series datasheet (16 GB)", launch_us=10.0),
    "t4": Hardware(8.1, 320, "NVIDIA T4 Tensor Core GPU datasheet"),
    "v100": Hardware(14, 900, "NVIDIA V100 Tensor Core GPU datasheet (PCIe, 16 GB)"),
}


def find_hardware(name: str) -> Hardware:
    """The peaks of that hardware. Raises `TurboError` with the nearest name for an unknown one."""
    if name not in HARDWARE:
        raise TurboError(f"no published peaks of {name!r}", nearest(name, HARDWARE))
    return HARDWARE[name]
