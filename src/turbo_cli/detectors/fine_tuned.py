"""Weights that `turbo weights fine-tune` wrote, for any detector."""

from pathlib import Path

from turbo_cli.artifacts import detector as artifact
from turbo_cli.artifacts.weights import load_state
from turbo_cli.detectors.base import SplitDetector, copy_detector, freeze


def load_fine_tuned(path: Path, detector: SplitDetector) -> SplitDetector:
    """A copy of `detector` with the weights in `path`, frozen, on the same device.

    Raises `TurboError` for a file that is damaged or holds another detector.
    """
    stored = artifact.read(path, detector.name)
    tuned = copy_detector(detector)
    load_state(tuned, stored.detector, path, "detector")
    return freeze(tuned)
