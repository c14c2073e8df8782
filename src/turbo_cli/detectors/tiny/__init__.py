"""`tiny`: a detector of under a million parameters that ships with Turbo, for the CPU and for tests."""

from pathlib import Path

from turbo_cli.artifacts import detector as artifact
from turbo_cli.artifacts.weights import load_state
from turbo_cli.detectors.base import STRIDES
from turbo_cli.detectors.tiny.detector import CATEGORY_IDS, INPUT_SIZE, TinyDetector
from turbo_cli.detectors.tiny.losses import detection_loss, distillation_loss
from turbo_cli.detectors.tiny.network import Predictions, TinyNetwork
from turbo_cli.errors import TurboError

__all__ = [
    "CATEGORY_IDS",
    "INPUT_SIZE",
    "Predictions",
    "TinyDetector",
    "TinyNetwork",
    "build",
    "detection_loss",
    "distillation_loss",
]


def build(name: str, weights: Path, size: tuple[int, int] | None = None) -> TinyDetector:
    """The frozen detector with the weights that `turbo weights train` wrote, on the CPU.

    size: (width, height) of the input, multiples of 32. Raises `TurboError` for another size, and for a file
    that is damaged or holds another detector.
    """
    width, height = size or INPUT_SIZE
    if min(width, height) <= 0 or width % STRIDES[-1] or height % STRIDES[-1]:
        raise TurboError(f"input size {width}x{height}: {name} takes multiples of {STRIDES[-1]}")
    stored = artifact.read(weights, detector="tiny")
    network = TinyNetwork(len(CATEGORY_IDS))
    load_state(network, stored.detector, weights, "detector")
    return TinyDetector(network, name, (width, height))
