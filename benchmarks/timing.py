"""What one call costs on the device at hand: a benchmark's own clock."""

import time

import torch

from turbo_cli.profiling.pieces import Run
from turbo_cli.profiling.stopwatch import stopwatch


def milliseconds(run: Run, device: torch.device) -> float:
    """CUDA events on a GPU; elsewhere the processor's own time, which other processes do not count in."""
    if device.type == "cuda":
        return stopwatch(device)(run)
    begun = time.process_time()
    run()
    return 1e3 * (time.process_time() - begun)
