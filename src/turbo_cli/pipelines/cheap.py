"""The cheap detector that a camera can afford on every frame."""

from collections.abc import Callable

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.running import detect_batch

CheapDetector = Callable[[Frame], Detections]


def load_cheap_detector() -> CheapDetector:
    """The shipped `tiny` on the CPU, one frame at a time."""
    detector = load_detector("tiny")
    return lambda frame: detect_batch(detector, [frame])[0]
