"""Latencies of hardware that is not here, every row marked `estimated`."""

from collections.abc import Mapping, Sequence

from turbo_cli.artifacts.latency import Piece, PieceLatency
from turbo_cli.data import Dataset
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.profiling.counting import Work, count_work
from turbo_cli.profiling.hardware import Hardware
from turbo_cli.profiling.pieces import make_pieces, prepare_batch
from turbo_cli.profiling.roofline import predict_ms
from turbo_cli.progress import Track, untracked
from turbo_cli.scheduling.latency import PIECES


def count_pieces(enhancer: Enhancer, dataset: Dataset, track: Track = untracked) -> dict[Piece, Work]:
    """Run every piece here, on one and on two frames of the dataset, and count."""
    batch = prepare_batch(enhancer.detector, dataset, 2)
    one, two = (make_pieces(enhancer, batch.cut(size, first=0)) for size in (1, 2))
    return {piece: count_work(one[piece], two[piece]) for piece in track(PIECES, "counting", len(PIECES))}


def estimate_latencies(
    works: Mapping[Piece, Work], hardware: Hardware, sizes: Sequence[int]
) -> tuple[PieceLatency, ...]:
    """What the roofline says of counted pieces at these batch sizes."""
    return tuple(
        PieceLatency(piece, size, predict_ms(work, size, hardware), "estimated")
        for piece, work in works.items()
        for size in sizes
    )
