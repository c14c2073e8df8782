"""What is odd about a profile that can be read: it may be right, but somebody should look."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.scheduling.profile import Profile

Rows = list[tuple[int, PieceLatency]]
"""With their numbers, the first beneath the header being 1."""


@dataclass(frozen=True)
class Oddity:
    """row: its number, the first beneath the header being 1; None where one is missing."""

    file: Literal["latency.csv", "accuracy.csv"]
    row: int | None
    column: str
    problem: str

    def __str__(self) -> str:
        row = "" if self.row is None else f"row {self.row}, "
        return f"{self.file}: {row}column {self.column}: {self.problem}"


def find_oddities(profile: Profile) -> list[Oddity]:
    """Latencies that are 0 or fall as batches grow (by more than their intervals), batch sizes that only some
    pieces have; missing rows of level 0, buckets that are not 0.1 wide, measured gains without standard
    error, frames that differ between levels or readings. `load_profile` refuses what no plan fits.
    """
    return [*_of_latency(profile.latency_table.rows), *_of_accuracy(profile.accuracy_table.rows)]


def _of_latency(rows: tuple[PieceLatency, ...]) -> Iterator[Oddity]:
    by_piece: dict[str, Rows] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        by_piece[row.piece].append((number, row))
        if row.mean_ms == 0:
            yield Oddity("latency.csv", number, "mean_ms", f"{row.piece} takes no time")
    everywhere = {row.batch_size for row in rows}
    for piece, own in by_piece.items():
        for size in sorted(everywhere - {row.batch_size for _, row in own}):
            yield Oddity("latency.csv", None, "batch_size", f"{piece} has no {size}, other pieces have")
        yield from _falling(sorted(own, key=lambda numbered: numbered[1].batch_size))


def _falling(rows: Rows) -> Iterator[Oddity]:
    for (_, fewer), (number, more) in pairwise(rows):
        noise = (fewer.interval_ms or 0) + (more.interval_ms or 0)
        if more.mean_ms < fewer.mean_ms - noise:
            problem = (
                f"{more.piece} takes {more.mean_ms:g} ms for {more.batch_size} frames,"
                f" {fewer.mean_ms:g} ms for {fewer.batch_size}"
            )
            yield Oddity("latency.csv", number, "mean_ms", problem)


def _of_accuracy(rows: tuple[LevelGain, ...]) -> Iterator[Oddity]:
    frames: dict[tuple[str, float], dict[int, int]] = defaultdict(dict)
    for number, row in enumerate(rows, 1):
        frames[row.reading, row.difficulty_from][row.level] = row.frames
        if abs(row.difficulty_to - row.difficulty_from - 0.1) > 1e-9:
            yield Oddity("accuracy.csv", number, "difficulty_to", "the bucket is not 0.1 wide")
        if row.source == "measured" and row.level and row.standard_error == 0:
            yield Oddity("accuracy.csv", number, "standard_error", "is 0 though the gain was measured")
        if row.frames != next(iter(frames[row.reading, row.difficulty_from].values())):
            problem = f"is {row.frames}, other levels of the bucket have another number"
            yield Oddity("accuracy.csv", number, "frames", problem)
    for (reading, start), of_level in frames.items():
        if 0 not in of_level:
            problem = f"level 0 is missing for reading {reading!r}, difficulty_from {start:g}"
            yield Oddity("accuracy.csv", None, "level", problem)
    yield from _readings_differ(frames)


def _readings_differ(frames: dict[tuple[str, float], dict[int, int]]) -> Iterator[Oddity]:
    """Both readings, where there are two, sort the same frames into buckets."""
    totals = {"true": 0, "predicted": 0}
    for (reading, _), of_level in frames.items():
        totals[reading] += next(iter(of_level.values()))
    if totals["predicted"] and totals["true"] != totals["predicted"]:
        problem = f"reading 'true' has {totals['true']} in all, 'predicted' {totals['predicted']}"
        yield Oddity("accuracy.csv", None, "frames", problem)
