"""`tiny`: a detector of under a million parameters that ships with Turbo, for the CPU and for tests."""

from pathlib import Path

from safetensors.torch import load_file

from turbo_cli.detectors.tiny.detector import CATEGORY_IDS, INPUT_SIZE, TinyDetector
from turbo_cli.detectors.tiny.losses import detection_loss, distillation_loss
from turbo_cli.detectors.tiny.network import Predictions, TinyNetwork

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
    """The frozen detector with the weights of a file, on the CPU. size: (width, height), multiples of 32."""
    network = TinyNetwork(len(CATEGORY_IDS))
    network.load_state_dict(load_file(weights))
    return TinyDetector(network, name, size or INPUT_SIZE)
