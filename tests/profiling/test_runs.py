"""What the timed runs of a row come to."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.profiling.monitors import DeviceSample
from turbo_cli.profiling.runs import PASSES, RUNS_A_BLOCK, Block, RowRuns, passes_within

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


def test_a_row_is_precise_when_enough_blocks_agree() -> None:
    steady, shaky = [10.0] * PASSES, [10.0, 20.0] * PASSES
    assert not _runs(steady[:-1]).precise and _runs(steady).precise
    assert not _runs(shaky).precise


@given(st.floats(0.1, 3000), st.floats(0.1, 60))
def test_a_rows_time_is_spread_over_all_passes(run_ms: float, max_seconds: float) -> None:
    """A row that takes long sits passes out, but not the last ones, so that a slow spell meets all alike."""
    row, at, passes = RowRuns(), [], passes_within(max_seconds)
    for number in range(passes):
        if row.due(number, max_seconds):
            runs = min(RUNS_A_BLOCK, max(1, math.ceil(1e3 * max_seconds / PASSES / run_ms)))
            row.blocks.append(Block((run_ms,) * runs, 0.0, IDLE))
            at.append(number)
    block_s = row.blocks[0].mean_ms * len(row.blocks[0].times_ms) / 1e3
    assert len(row.blocks) >= 2
    assert row.seconds <= max(2 * block_s, max_seconds + block_s)
    if block_s * passes <= max_seconds:
        assert at == list(range(passes))
    elif 4 * block_s < max_seconds:
        gaps = np.diff([*at, passes])[2:]  # after the two that come at once
        assert gaps.max() <= math.ceil(passes * block_s / max_seconds) + 1
