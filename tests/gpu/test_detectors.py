"""Detectors on a CUDA device see what they see on the processor."""

from pathlib import Path

import numpy as np
import pytest
import torch

from turbo_cli.boxes import Detections
from turbo_cli.data import open_dataset
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.catalogue import CATALOGUE
from turbo_cli.detectors.conformance import verify
from turbo_cli.detectors.running import detect_frames
from turbo_cli.detectors.untrained import make_untrained

pytestmark = pytest.mark.gpu

TOLERANCE = 0.01
"""Convolutions of float32 keep ten bits of their factors there (TF32)."""

NAMES = ("tiny", "yolo-fastest-xl", "yolov3", "faster-rcnn", "efficientdet-d0")


@pytest.fixture(params=NAMES)
def untrained(request: pytest.FixtureRequest) -> SplitDetector:
    name: str = request.param
    if CATALOGUE[name].family == "efficientdet":
        pytest.importorskip("effdet")
    return make_untrained(name)


def test_the_maps_are_those_of_the_processor(untrained: SplitDetector) -> None:
    width, height = untrained.input_size
    images = torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = untrained.encode(images)
        found = untrained.to("cuda").encode(images.to("cuda"))
    for here, there in zip(expected, found, strict=True):
        assert (there.cpu() - here).norm() < TOLERANCE * here.norm()


def test_the_contract_holds(untrained: SplitDetector) -> None:
    frames = list(np.random.default_rng(0).integers(0, 256, (2, 192, 320, 3), np.uint8))
    report = verify(untrained.to("cuda"), frames, tolerance=TOLERANCE)
    assert report.passed, report


def test_the_boxes_are_those_of_the_processor(street: Path) -> None:
    dataset = open_dataset(street)
    expected = list(detect_frames(load_detector("tiny"), dataset))
    found = list(detect_frames(load_detector("tiny", device="cuda"), dataset))
    for here, there in zip(expected, found, strict=True):
        assert_sees(there, here.above(0.6), 1.5)
    assert sum(len(here.above(0.6)) for here in expected) > 20


def assert_sees(found: Detections, expected: Detections, pixels: float) -> None:
    """Every expected box is there, of its class, to so many pixels, and scores at least 0.3."""
    confident = found.above(0.3)
    for box, category in zip(expected.boxes_xyxy, expected.category_ids, strict=True):
        alike = confident.boxes_xyxy[confident.category_ids == category]
        assert len(alike) and np.abs(alike - box).max(axis=1).min() < pixels
