"""The cheap detector that a camera can afford on every frame."""

from collections.abc import Callable

import torch

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors import load_detector

CheapDetector = Callable[[Frame], Detections]


def load_cheap_detector() -> CheapDetector:
    """The shipped `tiny` on the CPU, one frame at a time."""
    detector = load_detector("tiny")

    @torch.inference_mode()
    def detect(frame: Frame) -> Detections:
        images, geometry = detector.prepare([frame])
        return detector.detect(detector.encode(images), geometry)[0]

    return detect
