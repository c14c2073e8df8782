"""Timing every piece of a ladder at every batch size on the device that it is on (§5.1)."""

import time
from dataclasses import dataclass
from itertools import product

import torch

from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.data import Dataset
from turbo_cli.detectors.running import memory_errors
from turbo_cli.enhancement.ladders import EnhancerLadder, WholeLadder
from turbo_cli.profiling.batch_sizes import batch_sizes
from turbo_cli.profiling.disturbance import Disturbance, Watch
from turbo_cli.profiling.monitors.base import Monitor
from turbo_cli.profiling.pieces import Run, prepare_pieces
from turbo_cli.profiling.runs import PASSES, RUNS_A_BLOCK, Block, RowRuns, passes_within
from turbo_cli.profiling.stopwatch import stopwatch
from turbo_cli.progress import Track, untracked

WARM_UP_S = 2.0
"""At most, of whole frames before the first pass: for clocks, caches and the choice of kernels."""

LEAST_FRAMES = 16
"""Frames to draw batches from, so that even batches of one show several."""

SMALLER = "lower --max-batch"


@dataclass(frozen=True)
class Measured:
    """The rows of every piece at every batch size, and what disturbed their measurement."""

    rows: tuple[PieceLatency, ...]
    disturbance: Disturbance


@torch.inference_mode()
def measure_latencies(
    ladder: EnhancerLadder | WholeLadder,
    dataset: Dataset,
    monitor: Monitor,
    max_batch: int = 16,
    max_seconds: float = 10.0,
    track: Track = untracked,
) -> Measured:
    """Time all pieces on frames of the dataset; max_seconds: of timed runs for one row of the table.

    The table is gone through in passes until all of it is precise; in each a row gets a block of runs, on
    other frames than in the pass before, or sits out if it has had its share of the time. So whatever
    changes during the measurement changes all rows alike, and each row's interval holds it (`RowRuns`).
    Raises `TurboError` where memory is too small.
    """
    sizes = batch_sizes(max_batch)
    device = next(ladder.base.parameters()).device
    watch = Watch(monitor, device)
    cut = prepare_pieces(ladder, dataset, max(max_batch, LEAST_FRAMES))
    with memory_errors(max_batch, SMALLER):
        names, runs = zip(*cut(max_batch, 0).items(), strict=True)
        _warm_up(runs[-1], min(WARM_UP_S, max_seconds))
    table = {key: RowRuns() for key in product(names, sizes)}
    steps = list(product(range(passes_within(max_seconds)), sizes))
    for number, size in track(steps, "measuring", len(steps)):
        if number >= PASSES and size == sizes[0] and all(row.precise for row in table.values()):
            break
        due = {piece: row for piece in names if (row := table[piece, size]).due(number, max_seconds)}
        if due:
            with memory_errors(size, SMALLER):
                pieces = cut(size, number * size)
                for piece, row in due.items():
                    row.blocks.append(_time_block(pieces[piece], device, max_seconds / PASSES, watch))
    rows = tuple(row.row(piece, size) for (piece, size), row in table.items())
    return Measured(rows, watch.found(list(table.values())))


def _warm_up(run: Run, seconds: float) -> None:
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        run()


def _time_block(run: Run, device: torch.device, most_seconds: float, watch: Watch) -> Block:
    """One run untimed, then up to `RUNS_A_BLOCK` timed, fewer where they take longer than `most_seconds`."""
    timed, on_gpu = stopwatch(device), device.type == "cuda"
    times_ms: list[float] = []
    run()
    if on_gpu:
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
    begun = time.process_time()
    while len(times_ms) < RUNS_A_BLOCK and sum(times_ms) < 1e3 * most_seconds:
        times_ms.append(timed(run))
    processor_s = time.process_time() - begun
    peak = torch.cuda.max_memory_allocated(device) if on_gpu else None
    return Block(tuple(times_ms), processor_s, watch.look(), peak)
