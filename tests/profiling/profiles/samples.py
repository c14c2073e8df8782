"""A whole measured profile on disk, small and plausible, for tests to read, compare and damage."""

from collections.abc import Callable
from pathlib import Path

from tests.small_detector import SmallDetector
from turbo_cli.artifacts import accuracy, latency
from turbo_cli.artifacts.accuracy import AccuracyTable, LevelGain
from turbo_cli.artifacts.latency import LatencyTable, PieceLatency
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.scheduling.latency import PIECES

WEIGHTS, ENHANCER, DATASET = SmallDetector().weights_hash, "b" * 64, "c" * 64
SIZES = (1, 2, 4, 8)

LATENCY = [
    PieceLatency(piece, size, 2.0 + number + size, "measured", interval_ms=0.1, runs=100)
    for number, piece in enumerate(PIECES)
    for size in SIZES
]
GAINS = [
    LevelGain(
        reading, bucket / 10, (bucket + 1) / 10, level, gain, 0.01 * (level > 0), 5 + bucket, "measured", raw
    )
    for reading in ("true", "predicted")
    for level in range(6)
    for bucket in range(10)
    for gain in [round(0.01 * level * bucket, 6)]
    for raw in [gain + 0.02 if level and bucket == 3 else gain]
]


def write_profile(
    folder: Path,
    change_time: Callable[[PieceLatency], PieceLatency | None] = lambda row: row,
    change_gain: Callable[[LevelGain], LevelGain | None] = lambda row: row,
    detector: str = "small",
    warnings: tuple[str, ...] = (),
) -> Path:
    """Write it with each row as these functions make it (None: leave it out)."""
    folder.mkdir(parents=True, exist_ok=True)
    times = tuple(row for row in map(change_time, LATENCY) if row)
    gains = tuple(row for row in map(change_gain, GAINS) if row)
    own = Provenance(
        detector=detector,
        detector_weights_hash=WEIGHTS,
        parents={"enhancer.safetensors": ENHANCER},
        settings={"warnings": [*warnings], "input_size": [64, 32]},
    )
    latency.write(folder / "latency.csv", LatencyTable(own, times))
    parents = {**own.parents, "labels.json": DATASET}
    accuracy.write(folder / "accuracy.csv", AccuracyTable(own.model_copy(update={"parents": parents}), gains))
    return folder
