"""How long each piece of the work takes on n frames, from the batch sizes that were measured (§5.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from turbo_cli.artifacts.latency import Piece, PieceLatency
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.gains import FloatArray

PIECES: tuple[Piece, ...] = get_args(Piece)
LAYERS = tuple(piece for piece in PIECES if piece.startswith("layer-"))
WHOLE = tuple(piece for piece in PIECES if piece.startswith("level-"))
"""What staged execution runs for levels 1…5, and per-level execution for levels 0…5."""


@dataclass(frozen=True, eq=False)
class LatencyProfile:
    """whole_batches: by piece, the ms of 0, 1, … frames, up to the largest batch that was measured.

    Of levels that are run whole there are no other pieces: asking for one raises `TurboError`.
    """

    whole_batches: Mapping[Piece, FloatArray]

    def ms(self, piece: Piece, frames: int) -> float:
        """Milliseconds of a piece on so many frames; of no frames, 0."""
        known = self._known(piece)
        return float(known[frames] if frames < len(known) else self.table(piece, frames)[frames])

    def table(self, piece: Piece, most: int) -> FloatArray:
        """(most + 1,): milliseconds of a piece on 0, 1, …, `most` frames.

        More frames than the largest batch run as several of the largest, and one with the rest.
        """
        known = self._known(piece)
        if most < len(known):
            return known[: most + 1]
        batches, rest = np.divmod(np.arange(most + 1), len(known) - 1)
        table: FloatArray = batches * known[-1] + known[rest]
        return table

    def _known(self, piece: Piece) -> FloatArray:
        if piece not in self.whole_batches:
            raise TurboError(
                f"the profile has no piece {piece!r}: its levels are run whole", "use --execution per-level"
            )
        return self.whole_batches[piece]

    def scaled(self, factors: float | Mapping[Piece, float]) -> "LatencyProfile":
        """The profile with every piece, or each by its own factor (1 if it has none), slower or faster."""
        by_piece = factors if isinstance(factors, Mapping) else dict.fromkeys(PIECES, factors)
        return LatencyProfile(
            {piece: known * by_piece.get(piece, 1.0) for piece, known in self.whole_batches.items()}
        )


def latency_profile(
    rows: Iterable[PieceLatency], path: Path = Path("latency.csv"), pieces: Sequence[Piece] = PIECES
) -> LatencyProfile:
    """Mean latencies, linear between the batch sizes that were measured; nothing is taken to be monotone.

    path: the file that errors name. pieces: those that a plan needs. Raises `TurboError` for a piece, or its
    batch size 1, that is missing, and for a piece that is none of them.
    """
    points: dict[Piece, dict[int, float]] = {piece: {} for piece in pieces}
    for number, row in enumerate(rows, 1):
        if row.piece not in points:
            raise TurboError(
                f"{path}: row {number}, column piece: {row.piece!r} is no piece of these levels",
                "`turbo profile` makes the table anew",
            )
        points[row.piece][row.batch_size] = row.mean_ms
    for piece, times in points.items():
        if 1 not in times:
            missing = f"batch_size 1 of piece {piece!r}" if times else f"piece {piece!r}"
            raise TurboError(f"{path}: {missing} is missing", "`turbo profile` makes the table anew")
    return LatencyProfile({piece: _interpolate(times) for piece, times in points.items()})


def _interpolate(times: Mapping[int, float]) -> FloatArray:
    sizes = [0, *sorted(times)]
    return np.interp(np.arange(sizes[-1] + 1), sizes, [0.0, *(times[size] for size in sizes[1:])])
