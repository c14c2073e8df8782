"""Each family that has an original is held against it; darknet's in `tests/cli/weights`, on real frames."""

from pathlib import Path

import pytest
import torch

from tests.detectors.random_weights import efficientdet_state
from tests.detectors.test_faster_rcnn import weights as faster_rcnn_weights  # noqa: F401 - a fixture
from tests.detectors.test_loading import PLUGIN
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.conformance import largest_difference
from turbo_cli.detectors.originals import find_original


def difference_from_original(name: str, weights: Path, size: tuple[int, int], spoil: float = 1.0) -> float:
    """Split against whole on noise of (width, height). spoil: what C5 is multiplied by before the head."""
    detector = load_detector(name, weights)
    whole = find_original(name, weights, detector)
    assert whole is not None
    images = torch.rand(1, 3, size[1], size[0], generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        features = detector.encode(images)
        (split,) = detector.detect([*features[:4], features[4] * spoil])
        (original,) = whole(images)
    assert len(original) > 10
    return largest_difference(split, original, size)


def test_efficientdet_against_effdet(tmp_path: Path) -> None:
    weights = tmp_path / "d0.pth"
    torch.save(efficientdet_state("tf_efficientdet_d0"), weights)
    assert difference_from_original("efficientdet-d0", weights, (512, 512)) <= 1e-4
    assert difference_from_original("efficientdet-d0", weights, (512, 512), spoil=1.1) > 1e-4


def test_faster_rcnn_against_torchvision(faster_rcnn_weights: Path) -> None:  # noqa: F811
    assert difference_from_original("faster-rcnn", faster_rcnn_weights, (320, 256)) <= 1e-4
    assert difference_from_original("faster-rcnn", faster_rcnn_weights, (320, 256), spoil=1.1) > 1e-4


def test_a_plugin_has_no_original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugin_without_original.py").write_text(PLUGIN)
    monkeypatch.chdir(tmp_path)
    detector = load_detector("plugin_without_original:make")
    assert find_original("plugin_without_original:make", tmp_path / "any.bin", detector) is None
