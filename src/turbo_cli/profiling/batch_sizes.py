"""Which batch sizes are measured, and how well those between them follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.scheduling.latency import latency_profile

SMALL = 8
"""Up to here every batch size is measured."""


def batch_sizes(largest: int) -> tuple[int, ...]:
    """1…8, then four a doubling (10, 12, 14, 16, 20, 24, …), and the largest itself."""
    sizes = list(range(1, min(largest, SMALL) + 1))
    while sizes[-1] < largest:
        step = 2 ** (sizes[-1].bit_length() - 3)
        sizes.append(min(sizes[-1] + step, largest))
    return tuple(sizes)


def held_out(sizes: Sequence[int]) -> tuple[int, ...]:
    """Every second size beyond the small ones, never the largest: interpolation is tried on these."""
    return tuple(size for size in sizes[SMALL::2] if size != sizes[-1])


@dataclass(frozen=True)
class InterpolationCheck:
    """How far held-out sizes lie from the line between their neighbours, as shares of what was measured."""

    sizes: tuple[int, ...]
    mean_error: float
    worst_error: float


def check_interpolation(rows: Sequence[PieceLatency]) -> InterpolationCheck | None:
    """Interpolate the held-out sizes of every piece from the others; None where none is held out."""
    sizes = held_out(sorted({row.batch_size for row in rows}))
    if not sizes:
        return None
    others = latency_profile(row for row in rows if row.batch_size not in sizes)
    tried = [row for row in rows if row.batch_size in sizes]
    errors = [abs(others.ms(row.piece, row.batch_size) / row.mean_ms - 1) for row in tried]
    return InterpolationCheck(sizes, fmean(errors), max(errors))
