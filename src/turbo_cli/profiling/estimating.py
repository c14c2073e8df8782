"""Latencies of hardware that is not here, every row marked `estimated`."""

from collections.abc import Sequence

from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.data import Dataset
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.profiling.counting import count_work
from turbo_cli.profiling.hardware import Hardware
from turbo_cli.profiling.pieces import make_pieces, prepare_batch
from turbo_cli.profiling.roofline import predict_ms
from turbo_cli.progress import Track, untracked
from turbo_cli.scheduling.latency import PIECES


def estimate_latencies(
    enhancer: Enhancer,
    dataset: Dataset,
    hardware: Hardware,
    sizes: Sequence[int],
    track: Track = untracked,
) -> tuple[PieceLatency, ...]:
    """Count every piece on two frames of the dataset, here, and predict each batch size by the roofline."""
    batch = prepare_batch(enhancer.detector, dataset, 2)
    one, two = (make_pieces(enhancer, batch.cut(size, first=0)) for size in (1, 2))
    return tuple(
        PieceLatency(piece, size, predict_ms(work, size, hardware), "estimated")
        for piece in track(PIECES, "counting", len(PIECES))
        for work in [count_work(one[piece], two[piece])]
        for size in sizes
    )
