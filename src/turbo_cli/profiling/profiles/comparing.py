"""Two profiles side by side."""

import math
from dataclasses import dataclass

from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import Piece, PieceLatency
from turbo_cli.scheduling.profile import Profile


@dataclass(frozen=True)
class LatencyRatio:
    """One piece at one batch size that both profiles have.

    ratio: second to first; None where the first takes no time. interval: half its 95 % interval; None where a
    profile states none (estimated and published rows).
    """

    piece: Piece
    batch_size: int
    first: PieceLatency
    second: PieceLatency
    ratio: float | None
    interval: float | None


@dataclass(frozen=True)
class GainDifference:
    """One gain that both profiles have. difference: second minus first, with its standard error; both AP."""

    first: LevelGain
    second: LevelGain
    difference: float
    standard_error: float


@dataclass(frozen=True)
class Comparison:
    """In the order of the first profile's tables."""

    latency: list[LatencyRatio]
    gains: list[GainDifference]


def compare_profiles(first: Profile, second: Profile) -> Comparison:
    """Every row that both have: pieces by batch size, gains by reading, bucket and level."""
    times = {(row.piece, row.batch_size): row for row in second.latency_table.rows}
    gains = {_key(row): row for row in second.accuracy_table.rows}
    return Comparison(
        [
            _ratio(row, times[row.piece, row.batch_size])
            for row in first.latency_table.rows
            if (row.piece, row.batch_size) in times
        ],
        [_difference(row, gains[_key(row)]) for row in first.accuracy_table.rows if _key(row) in gains],
    )


def _key(row: LevelGain) -> tuple[str, float, float, int]:
    return row.reading, row.difficulty_from, row.difficulty_to, row.level


def _ratio(first: PieceLatency, second: PieceLatency) -> LatencyRatio:
    ratio = interval = None
    if first.mean_ms:
        ratio = second.mean_ms / first.mean_ms
        if first.interval_ms is not None and second.interval_ms is not None:
            interval = math.hypot(second.interval_ms, ratio * first.interval_ms) / first.mean_ms
    return LatencyRatio(first.piece, first.batch_size, first, second, ratio, interval)


def _difference(first: LevelGain, second: LevelGain) -> GainDifference:
    error = math.hypot(first.standard_error, second.standard_error)
    return GainDifference(first, second, second.gain - first.gain, error)
