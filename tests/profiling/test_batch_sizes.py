"""Which batch sizes are measured, and the check of those between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.profiling.batch_sizes import batch_sizes, check_interpolation, held_out
from turbo_cli.scheduling.latency import PIECES


def test_small_sizes_are_all_there_then_four_a_doubling() -> None:
    assert batch_sizes(5) == (1, 2, 3, 4, 5)
    assert batch_sizes(33) == (*range(1, 9), 10, 12, 14, 16, 20, 24, 28, 32, 33)
    assert held_out(batch_sizes(33)) == (10, 14, 20, 28)


@given(st.integers(1, 300))
def test_every_held_out_size_lies_between_measured_ones(largest: int) -> None:
    sizes = batch_sizes(largest)
    assert sizes[0] == 1 and sizes[-1] == largest and sorted(set(sizes)) == list(sizes)
    for size in held_out(sizes):
        place = sizes.index(size)
        assert not {sizes[place - 1], sizes[place + 1]} & set(held_out(sizes))


def test_a_line_is_interpolated_without_error_and_a_step_is_not() -> None:
    line = [_row(piece, size, 5 + 2.0 * size) for piece in PIECES for size in batch_sizes(16)]
    found = check_interpolation(line)
    assert found is not None and found.sizes == (10, 14)
    assert found.worst_error == pytest.approx(0)
    stepped = [
        _row(row.piece, row.batch_size, row.mean_ms * (2 if row.batch_size == 10 else 1)) for row in line
    ]
    found = check_interpolation(stepped)
    assert found is not None
    assert found.worst_error == pytest.approx(0.5) and found.mean_error == pytest.approx(0.25)


def test_small_tables_hold_nothing_out() -> None:
    assert (
        check_interpolation([_row(piece, size, 1.0) for piece in PIECES for size in batch_sizes(8)]) is None
    )


def _row(piece: str, size: int, mean_ms: float) -> PieceLatency:
    return PieceLatency(piece, size, mean_ms, "estimated")  # type: ignore[arg-type]
