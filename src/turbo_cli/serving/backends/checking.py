"""Whether a backend computes what torch computes, and how fast it is."""

import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from turbo_cli.data.synth.footage import footage
from turbo_cli.detectors.base import STAGES, SplitDetector
from turbo_cli.enhancement import Enhancer
from turbo_cli.errors import TurboError
from turbo_cli.serving.backends.piece import Piece

TOLERANCE = 1e-3
"""Of the largest value of each map: float32 comes to 1e-5, bfloat16 to 1e-2."""

RUNS = 5


def example_images(detector: SplitDetector) -> Tensor:
    """Two drawn streets as `prepare` lays them in: by day, and in the noise of the night."""
    shots = [next(footage(0, 0, 1, detector.input_size, 1.0, (weather,))) for weather in ("clean", "night")]
    return detector.prepare([shot.frame for shot in shots])[0]


def check_equal(name: str, by_torch: Sequence[Piece], by_backend: Sequence[Piece]) -> None:
    """Raise `TurboError` that names the first piece whose results differ beyond `TOLERANCE`."""
    for expected, found in zip(by_torch, by_backend, strict=True):
        error = max(map(_error, expected.run(), found.run()))
        if not error <= TOLERANCE:  # NaN is no match either
            message = (
                f"backend {name}: {expected.name} differs from torch by {error:.1g} of its largest value"
            )
            raise TurboError(f"{message}, {TOLERANCE:g} is allowed", "use --backend torch")


def _error(expected: Tensor, found: Tensor) -> float:
    if expected.shape != found.shape:
        return float("inf")
    return float((expected - found).abs().max() / expected.abs().max().clamp(min=1e-6))


def fastest(models: Sequence[Enhancer | SplitDetector], images: Tensor) -> int:
    """The place of the model that takes the least time, by the median over interleaved runs."""
    rounds = [[_seconds(model, images) for model in models] for _ in range(RUNS + 1)]
    return int(np.argmin(np.median(rounds[1:], axis=0)))  # the first run warms up


@torch.inference_mode()
def _seconds(model: Enhancer | SplitDetector, images: Tensor) -> float:
    begun = time.perf_counter()
    if isinstance(model, Enhancer):
        model.run(images, [STAGES] * len(images))
    else:
        model.detect(model.encode(images))
    return time.perf_counter() - begun
