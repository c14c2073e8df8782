"""Profiles made up for tests."""

from pathlib import Path

import numpy as np

from turbo_cli.artifacts import accuracy, latency, rows
from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.scheduling.gains import HIGHEST_LEVEL
from turbo_cli.scheduling.latency import PIECES, latency_profile
from turbo_cli.scheduling.profile import Profile

PROVENANCE = Provenance(detector="tiny", detector_weights_hash=None)
BATCHES = (1, 2, 4, 8, 16)


def make_profile(seed: int = 0, encode_ms: float = 4.0, head_ms: float = 1.0) -> Profile:
    """Batches cost less a frame than single frames; gains rise with θ, and the middle levels lead.

    seed: of how the pieces differ, neither monotone in the level nor in the batch.
    """
    random = np.random.default_rng(seed)
    times = {"discriminator": 0.1, "encode": encode_ms, "head": head_ms}
    times |= {f"layer-{k}": float(random.uniform(0.5, 4)) for k in range(1, HIGHEST_LEVEL + 1)}
    enhanced = [times[f"layer-{k}"] for k in range(1, HIGHEST_LEVEL + 1)]
    level_0 = encode_ms + head_ms
    times |= {f"level-{k}": level_0 + sum(enhanced[:k]) for k in range(HIGHEST_LEVEL + 1)}
    latencies = [
        PieceLatency(piece, size, times[piece] * size**0.9 * float(random.uniform(0.95, 1.05)), "published")
        for piece in PIECES
        for size in BATCHES
    ]
    peak = random.permutation([0.02, 0.03, 0.06, 0.08, 0.05])
    gains = [
        LevelGain(
            reading=reading,
            difficulty_from=bucket / 10,
            difficulty_to=(bucket + 1) / 10,
            level=level,
            gain=float(peak[level - 1] * (bucket / 5 - 0.4)) if level else 0.0,
            standard_error=0.01,
            frames=100,
            source="assumed",
        )
        for reading in ("true", "predicted")
        for bucket in range(10)
        for level in range(HIGHEST_LEVEL + 1)
    ]
    return Profile(
        Path("made-up"),
        rows.Table(PROVENANCE, tuple(latencies)),
        rows.Table(PROVENANCE, tuple(gains)),
        latency_profile(latencies),
    )


def write_made_up(folder: Path) -> Path:
    """`make_profile` on disk: for `tiny` of any weights."""
    profile = make_profile()
    folder.mkdir()
    latency.write(folder / "latency.csv", profile.latency_table)
    accuracy.write(folder / "accuracy.csv", profile.accuracy_table)
    return folder
