"""What every device monitor tells."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSample:
    """The device at one moment; None is what it does not tell.

    utilisation: share of the time since the sample before in which anything ran, in [0, 1]; for a CPU, of all
    its cores' time. sm_activity: share of the streaming multiprocessors that had work, as the paper reports
    it (§2). sm_occupancy: share of the warps that they have room for. memory_bytes: in use, by all processes.
    throttled: whether heat or power slow it down.
    """

    utilisation: float
    sm_activity: float | None = None
    sm_occupancy: float | None = None
    clock_mhz: float | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    memory_bytes: int | None = None
    throttled: bool | None = None


class Monitor(Protocol):
    """One device. name: where its numbers come from (`cpu`, `nvml`, `dcgm`)."""

    name: str

    def sample(self) -> DeviceSample:
        """How it is now. Raises `TurboError` if its driver or exporter does not answer."""
        ...
