from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.detectors.darknet.networks import SMALL_CFG, write_small
from turbo_cli.boxes import Targets
from turbo_cli.coco import COCO_NAMES
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.conformance import verify
from turbo_cli.detectors.darknet import build
from turbo_cli.detectors.darknet.detector import DarknetDetector
from turbo_cli.detectors.darknet.loss import Truth, detection_loss
from turbo_cli.errors import TurboError

FRAMES = list(np.random.default_rng(0).integers(0, 256, (2, 90, 130, 3), np.uint8))


def last_convolutions(detector: SplitDetector) -> list[nn.Conv2d]:
    """Of the small network, below its two [yolo] layers."""
    modules = [detector.get_submodule(f"head.segment.layers.{index}.conv") for index in (18, 24)]
    return [module for module in modules if isinstance(module, nn.Conv2d)]


def fill_bias(convolution: nn.Conv2d, value: float) -> Tensor:
    assert convolution.bias is not None
    return convolution.bias.fill_(value)


def darknet(weights: Path, size: tuple[int, int] | None = None) -> DarknetDetector:
    detector = build("small", weights, size)
    assert isinstance(detector, DarknetDetector)
    return detector


def test_a_small_network_keeps_the_contract(tmp_path: Path) -> None:
    report = verify(build("small", write_small(tmp_path)), FRAMES)
    assert report.passed, report
    assert [check.detail for check in report.checks if "boxes lie" in check.name] != ["0 boxes"]


def test_yolo_fastest_keeps_the_contract(shared_data: Path) -> None:
    folder = shared_data / "weights" / "yolo-fastest"
    xl = build("yolo-fastest-xl", folder / "yolo-fastest-1.1-xl.weights")
    assert xl.input_size == (640, 384)
    assert xl.categories == COCO_NAMES
    small = build("yolo-fastest-1.1", folder / "yolo-fastest-1.1.weights")
    assert small.input_size == (320, 320)  # its own cfg's
    for detector in (xl, small):
        report = verify(detector, FRAMES)
        assert report.passed, report


def test_the_shipped_cfg_is_found_by_name(tmp_path: Path, shared_data: Path) -> None:
    published = shared_data / "weights" / "yolo-fastest" / "yolo-fastest-1.1-xl.weights"
    alone = tmp_path / "alone.weights"
    alone.write_bytes(published.read_bytes())
    assert build("yolo-fastest-xl", alone).weights_hash == build("yolo-fastest-xl", published).weights_hash
    with pytest.raises(TurboError, match="no cfg at"):
        build("yolo-slowest", alone)
    with pytest.raises(TurboError, match="holds 923,486 weights, the network of the cfg takes 62,001,757"):
        build("yolov3", alone)


def test_size(tmp_path: Path) -> None:
    weights = write_small(tmp_path)
    assert build("small", weights).input_size == (96, 64)
    assert build("small", weights, (64, 128)).prepare(FRAMES)[0].shape == (2, 3, 128, 64)
    for size in [(100, 64), (96, 0), (-32, 64)]:
        with pytest.raises(TurboError, match=f"{size[0]}x{size[1]}: small takes multiples of 32"):
            build("small", weights, size)


def test_class_names_beside_the_weights(tmp_path: Path) -> None:
    weights = write_small(tmp_path)
    assert build("small", weights).categories == {3: "car", 1000: "bollard"}
    (tmp_path / "small.names").write_text("car\n")
    with pytest.raises(TurboError, match="2 classes apart, 1 names"):
        build("small", weights)
    (tmp_path / "small.names").unlink()
    with pytest.raises(TurboError, match="2 classes apart, 80 names"):
        build("small", weights)


def test_boxes_land_where_a_hand_made_map_puts_them(tmp_path: Path) -> None:
    """With all kernels of the last convolutions at zero, their biases alone say what is found."""
    detector = build("small", write_small(tmp_path))
    with torch.no_grad():
        for conv in last_convolutions(detector):
            conv.weight.zero_()
            bias = fill_bias(conv, -20)
        # The last map (stride 16), its second anchor (12x10): centre of the cell, twice as wide, a bollard.
        bias.view(3, 7)[1] = torch.tensor([0.0, 0.0, np.log(2), 0.0, 20.0, -20.0, 20.0])
        images = torch.zeros(1, 3, 64, 96)
        (found,) = detector.detect(detector.encode(images))
        _, geometry = detector.prepare([np.zeros((640, 480, 3), np.uint8)])
        (in_source,) = detector.detect(detector.encode(images), geometry)
    assert len(found) == 4 * 6
    assert set(found.category_ids) == {1000}
    assert np.allclose(found.scores, 1)
    expected = {
        (max(0, x - 12), y - 5, min(96, x + 12), y + 5) for x in range(8, 96, 16) for y in range(8, 64, 16)
    }
    assert {tuple(np.round(box, 3)) for box in found.boxes_xyxy} == expected
    assert np.allclose(in_source.boxes_xyxy, found.boxes_xyxy * [5, 10, 5, 10], atol=1e-3)


def test_untrained_weights_do_not_drown_in_boxes(tmp_path: Path) -> None:
    detector = build("small", write_small(tmp_path, SMALL_CFG), (640, 640))
    with torch.no_grad():
        for conv in last_convolutions(detector):
            fill_bias(conv, 100)
        (found,) = detector.detect(detector.encode(torch.zeros(1, 3, 640, 640)))
    assert 0 < len(found) <= 5000
    assert np.isfinite(found.boxes_xyxy).all()


def test_boxes_are_computed_in_full_precision(tmp_path: Path) -> None:
    detector = darknet(write_small(tmp_path), (640, 384))
    images, geometry = detector.prepare(FRAMES)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        features = detector.encode(images)
        predictions = detector.head(features)
        centres = predictions.grid.decode(predictions.raw)[..., ::2].mean(dim=-1)
        found = detector.detect(features, geometry)
    assert features[4].dtype == torch.bfloat16
    assert len(found[0])
    right = centres[centres > 512]  # where bfloat16 knows multiples of 4 only
    assert (right % 4 > 0.1).any()


def test_truth_is_in_full_precision(tmp_path: Path) -> None:
    """Under autocast the maps are bfloat16, which would put a box at 517 pixels on 516."""
    detector = darknet(write_small(tmp_path), (640, 384))
    images, _ = detector.prepare(FRAMES[:1])
    boxes = np.array([[517, 201, 573, 259]], np.float32)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        features = detector.encode(images)
        loss = detector.loss(features, [Targets(boxes, np.array([3]), np.zeros(1, bool))])
        truth = Truth(torch.from_numpy(boxes), torch.tensor([0]), torch.zeros(0, 4))
        expected = detection_loss(detector.head(features), [truth])
    assert features[0].dtype == torch.bfloat16
    assert loss == expected
