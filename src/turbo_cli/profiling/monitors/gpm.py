"""NVML's GPU performance monitoring (Hopper and later): activity of the streaming multiprocessors."""

import math
from typing import Any

import pynvml

METRICS = (pynvml.NVML_GPM_METRIC_SM_UTIL, pynvml.NVML_GPM_METRIC_SM_OCCUPANCY)


class GpmCounters:
    """Counts between one reading and the next. Raises `pynvml.NVMLError` where the device has none."""

    def __init__(self, device: Any) -> None:
        if not pynvml.nvmlGpmQueryDeviceSupport(device).isSupportedDevice:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        self._device = device
        self._before, self._now = pynvml.nvmlGpmSampleAlloc(), pynvml.nvmlGpmSampleAlloc()
        pynvml.nvmlGpmSampleGet(device, self._before)

    def read(self) -> list[float | None]:
        """SM activity and SM occupancy, in [0, 1], since the last reading; None where they are not told."""
        pynvml.nvmlGpmSampleGet(self._device, self._now)
        request = pynvml.c_nvmlGpmMetricsGet_t()
        request.version, request.numMetrics = pynvml.NVML_GPM_METRICS_GET_VERSION, len(METRICS)
        request.sample1, request.sample2 = self._before, self._now
        for place, metric in enumerate(METRICS):
            request.metrics[place].metricId = metric
        pynvml.nvmlGpmMetricsGet(request)
        self._before, self._now = self._now, self._before
        return [_share(request.metrics[place]) for place in range(len(METRICS))]


def _share(metric: Any) -> float | None:
    # Readings that lie too close together give NaN.
    told = metric.nvmlReturn == pynvml.NVML_SUCCESS and math.isfinite(metric.value)
    return metric.value / 100 if told else None
