"""A detector by name through all checks: the contract, and split against whole."""

from pathlib import Path

import numpy as np

from turbo_cli.data import open_dataset
from turbo_cli.data.dataset import Frame
from turbo_cli.detectors.conformance import Report, verify
from turbo_cli.detectors.loading import load_detector
from turbo_cli.detectors.originals import find_original
from turbo_cli.detectors.store import require_weights
from turbo_cli.errors import TurboError


def verify_detector(
    name: str, weights: Path | None = None, images: Path | None = None, seed: int = 0
) -> dict[str, Report]:
    """Check a detector on random images, and on the first two frames of `images` if given.

    One report for each, by what it was run on; the last check is "split equals whole" where there is an
    original to run. Raises `TurboError` as `load_detector` and `open_dataset` do.
    """
    pictures = {f"random images (seed {seed})": _random_frames(seed)}
    if images is not None:
        pictures[str(images)] = _first_frames(images)
    detector = load_detector(name, weights)
    file = weights if weights is not None or ":" in name else require_weights(name)
    whole = find_original(name, file, detector) if file is not None else None
    return {source: verify(detector, frames, whole) for source, frames in pictures.items()}


def _random_frames(seed: int) -> list[Frame]:
    """Two frames of one shape: noise, and coarse blocks of colour."""
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (270, 480, 3), np.uint8)
    return [noise, np.ascontiguousarray(np.kron(noise[:9, :16], np.ones((30, 30, 1), np.uint8)))]


def _first_frames(path: Path) -> list[Frame]:
    dataset = open_dataset(path)
    if not len(dataset):
        raise TurboError(f"{path}: no frames")
    return [dataset.frame(index) for index in range(min(2, len(dataset)))]
