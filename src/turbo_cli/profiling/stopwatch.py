"""Timing one run on a device."""

import time
from collections.abc import Callable

import torch

from turbo_cli.profiling.pieces import Run

Stopwatch = Callable[[Run], float]
"""Runs it to its end and gives the milliseconds."""


def stopwatch(device: torch.device) -> Stopwatch:
    """CUDA events on a GPU, the processor's clock elsewhere."""
    return _by_events if device.type == "cuda" else _by_clock


def _by_clock(run: Run) -> float:
    begun = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - begun)


def _by_events(run: Run) -> float:
    begun, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begun.record()
    run()
    ended.record()
    ended.synchronize()
    return float(begun.elapsed_time(ended))
