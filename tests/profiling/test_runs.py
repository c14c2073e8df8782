"""What the timed runs of a row come to."""

import numpy as np
import pytest

from turbo_cli.profiling.monitors import DeviceSample
from turbo_cli.profiling.runs import PASSES, RUNS_A_BLOCK, Block, RowRuns

IDLE = DeviceSample(utilisation=0.0)


def _runs(block_means: list[float], spread: float = 0.0, sample: DeviceSample = IDLE) -> RowRuns:
    around = np.linspace(-spread, spread, RUNS_A_BLOCK)
    return RowRuns([Block(tuple(mean + around), 0.0, sample, 7) for mean in block_means])


def test_a_row_of_the_table() -> None:
    warm = DeviceSample(utilisation=1.0, power_w=70.0, clock_mhz=1590.0)
    row = _runs([9.0, 11.0], spread=1.0, sample=warm).row("encode", 4)
    assert (row.mean_ms, row.runs, row.source) == (10.0, 20, "measured")
    assert row.median_ms == pytest.approx(10.0)
    assert row.p99_ms is not None and row.p95_ms is not None and 11.5 < row.p95_ms < row.p99_ms < 12
    assert (row.power_w, row.clock_mhz, row.temperature_c, row.memory_peak_bytes) == (70, 1590, None, 7)


def test_the_interval_is_that_of_the_blocks_not_of_the_runs() -> None:
    """Blocks of equal runs that drift apart: by their runs alone the mean would seem ten times as sure."""
    drifting = _runs([10.0, 11.0, 12.0, 13.0])
    assert drifting.interval_ms == pytest.approx(3.182 * np.std([10, 11, 12, 13], ddof=1) / 2, rel=1e-3)
    assert _runs([10.0] * 4, spread=3.0).interval_ms == pytest.approx(0)


def test_the_interval_holds_the_true_mean_as_often_as_it_says() -> None:
    """Where every block has a deviation of its own, as frames and clocks give it."""
    random = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        runs = _runs(random.normal(10.0, 0.5, PASSES).tolist(), spread=0.01)
        held += abs(runs.mean_ms - 10.0) <= runs.interval_ms
    assert 0.92 < held / 400 < 0.98


def test_a_row_is_done_when_it_is_precise_or_out_of_time() -> None:
    steady, shaky = [10.0] * PASSES, [10.0, 20.0] * PASSES
    assert not _runs(steady[:-1]).done(max_seconds=60) and _runs(steady).done(max_seconds=60)
    assert not _runs(shaky).done(max_seconds=60) and _runs(shaky).done(max_seconds=1)
    assert not _runs([5000.0]).done(max_seconds=1)
    assert _runs([5000.0, 5000.0]).done(max_seconds=1)
