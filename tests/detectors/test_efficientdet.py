"""EfficientDet: the split against effdet's own benches."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import effdet
import numpy as np
import pytest
import torch
from effdet.bench import DetBenchPredict, DetBenchTrain
from PIL import Image

from tests.detectors.random_weights import efficientdet_state, random_efficientdet
from turbo_cli import detectors
from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors import efficientdet
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.counted import counted
from turbo_cli.detectors.efficientdet_split import IGNORED
from turbo_cli.errors import TurboError


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tf_efficientdet_d0.pth"
    torch.save(efficientdet_state("tf_efficientdet_d0"), path)
    return path


@pytest.fixture(scope="module")
def split(weights: Path) -> SplitDetector:
    return efficientdet.build("efficientdet-d0", weights)


def effdet_model(weights: Path, size: int = 512) -> Any:
    return effdet.create_model(
        "tf_efficientdet_d0", checkpoint_path=str(weights), image_size=(size, size)
    ).eval()


def normalise(images: torch.Tensor) -> torch.Tensor:
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (images - mean.view(3, 1, 1)) / deviation.view(3, 1, 1)


def random_images(count: int, size: int) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(0))


def assert_same(found: Detections, wanted: torch.Tensor, size: tuple[int, int]) -> None:
    wanted = wanted[wanted[:, 5] > 0]
    assert len(wanted) > 10
    assert found.category_ids.tolist() == wanted[:, 5].tolist()
    assert np.abs((found.boxes_xyxy - wanted[:, :4].numpy()) / np.array(size * 2)).max() <= 1e-4
    assert np.abs(found.scores - wanted[:, 4].numpy()).max() <= 1e-4


def test_split_equals_whole_on_random_images(split: SplitDetector, weights: Path) -> None:
    images = random_images(2, 512)
    with torch.no_grad():
        wanted = DetBenchPredict(effdet_model(weights))(normalise(images))
        found = split.detect(split.encode(images))
    for one, other in zip(found, wanted, strict=True):
        assert_same(one, other, (512, 512))


def test_split_equals_whole_on_a_real_frame(split: SplitDetector, weights: Path, shared_data: Path) -> None:
    """Through `prepare`, against the bench given effdet's own image information."""
    path = sorted(shared_data.glob("ua-detrac/MVI_20011/*.jpg"))[0]
    frame = np.asarray(Image.open(path).convert("RGB"))
    height, width = frame.shape[:2]
    images, geometry = split.prepare([frame])
    info = {
        "img_scale": torch.tensor([max(width, height) / 512]),
        "img_size": torch.tensor([[float(width), float(height)]]),
    }
    with torch.no_grad():
        wanted = DetBenchPredict(effdet_model(weights))(normalise(images), info)
        found = split.detect(split.encode(images), geometry)
    assert_same(found[0], wanted[0], (width, height))


def test_split_equals_whole_built_for_another_size(split: SplitDetector, weights: Path) -> None:
    images = random_images(1, 256)
    with torch.no_grad():
        wanted = DetBenchPredict(effdet_model(weights, 256))(normalise(images))
        found = split.detect(split.encode(images))
    assert_same(found[0], wanted[0], (256, 256))


def test_prepare_letterboxes_at_the_right_and_bottom(split: SplitDetector) -> None:
    images, geometry = split.prepare([np.full((540, 960, 3), 255, np.uint8)])
    assert images.shape == (1, 3, 512, 512)
    assert images[0, :, :288].min() == 1
    assert (images[0, :, 288:] * 255).amax(dim=(1, 2)).tolist() == pytest.approx([124, 116, 104])
    box = np.array([[0, 0, 960, 540]], np.float32)
    assert geometry[0].to_input(box).tolist() == [[0, 0, 512, 288]]


def truth() -> list[Targets]:
    boxes = np.array([[20, 30, 120, 110], [150, 40, 190, 90], [140, 150, 240, 240]], np.float32)
    nothing = Targets(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, bool))
    return [Targets(boxes, np.array([3, 6, 90]), np.zeros(3, bool)), nothing]


def test_loss_equals_effdets_training_bench(split: SplitDetector, weights: Path) -> None:
    images = random_images(2, 256)
    bench = DetBenchTrain(effdet_model(weights, 256)).eval()
    boxes, classes = torch.full((2, 5, 4), -1.0), torch.full((2, 5), -1)
    boxes[0, :3] = torch.from_numpy(truth()[0].boxes_xyxy)[:, [1, 0, 3, 2]]
    classes[0, :3] = torch.from_numpy(truth()[0].category_ids)
    target = {
        "bbox": boxes,
        "cls": classes,
        "img_scale": torch.ones(2),
        "img_size": torch.full((2, 2), 256.0),
    }
    with torch.no_grad():
        wanted = bench(normalise(images), target)["loss"]
    assert torch.allclose(split.loss(split.encode(images), truth()), wanted, rtol=1e-5)


def test_no_gradient_reaches_scores_in_an_ignore_region(split: Any) -> None:
    features = [one.requires_grad_() for one in split.encode(random_images(1, 256))]
    one = truth()[0]
    targets = Targets(
        one.boxes_xyxy[:1], one.category_ids[:1], one.ignore[:1], np.array([[128, 0, 256, 256]], np.float32)
    )
    scores: list[torch.Tensor] = []

    def keep(_module: Any, _inputs: Any, outputs: list[torch.Tensor]) -> None:
        scores.extend(outputs[:1])

    handle = split.class_net.register_forward_hook(keep)
    loss = split.loss(features, [targets])
    handle.remove()
    (gradient,) = torch.autograd.grad(loss, scores)
    columns = gradient[0].abs().sum(dim=(0, 1))
    assert columns[:14].min() > 0
    assert columns[16:].max() == 0  # the anchors of stride 8 that are centred from x = 132 on


def test_ignored_anchors_are_only_background(split: Any) -> None:
    one = truth()[0]
    everywhere = np.array([[0, 0, 256, 256]], np.float32)
    flagged = Targets(one.boxes_xyxy, one.category_ids, np.array([True, True, False]), everywhere[:0])
    features = split.encode(random_images(1, 256))
    truths = [counted(flagged, split.categories, torch.device("cpu"))]
    levels, _, positives = split._label(split._anchors(features), truths)
    labels = torch.cat([level.flatten() for level in levels])
    assert set(labels.tolist()) == {-2, -1, 89}
    assert int(positives) == int((labels == 89).sum()) > 0
    assert 0 < int((labels == IGNORED).sum()) < len(labels) / 2


@pytest.mark.parametrize("name", ["efficientdet-d4", "efficientdet-d7"])
def test_larger_sizes_have_the_same_structure(name: str) -> None:
    torch.manual_seed(0)
    detector = efficientdet.build(name, None)
    with torch.no_grad():
        features = detector.encode(torch.rand(1, 3, 256, 128))
        found = detector.detect(features)
    shapes = [
        (channels, 256 // stride, 128 // stride)
        for channels, stride in zip(detector.channels, (2, 4, 8, 16, 32), strict=True)
    ]
    assert [tuple(one.shape[1:]) for one in features] == shapes
    assert detector.input_size == {"efficientdet-d4": (1024, 1024), "efficientdet-d7": (1536, 1536)}[name]
    assert len(found[0]) == 100


def test_another_input_size_is_refused() -> None:
    with pytest.raises(TurboError, match="leave out --size"):
        efficientdet.build("efficientdet-d0", None, (640, 384))


def test_native_input_size_is_taken() -> None:
    assert efficientdet.build("efficientdet-d0", None, (512, 512)).input_size == (512, 512)


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(TurboError, match="did you mean 'efficientdet-d0'"):
        efficientdet.weights_url("efficientdet-d00")


def test_published_addresses_are_those_of_the_papers_weights() -> None:
    for name in efficientdet.EFFDET_NAMES:
        assert f"tf_{name.replace('-', '_')}" in efficientdet.weights_url(name)


def test_missing_extra_is_a_user_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "effdet", None)
    monkeypatch.delitem(sys.modules, "turbo_cli.detectors.efficientdet_split")
    monkeypatch.delattr(detectors, "efficientdet_split")
    with pytest.raises(
        TurboError, match=r"needs the package effdet \(pip install 'turbo-cli\[efficientdet\]'"
    ):
        efficientdet.build("efficientdet-d0", None)


def test_importing_effdet_makes_no_noise() -> None:
    script = "from turbo_cli.detectors import efficientdet; efficientdet.weights_url('efficientdet-d0')"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stderr == ""


def test_random_detector_is_the_one_that_is_loaded(split: SplitDetector) -> None:
    assert random_efficientdet().weights_hash == split.weights_hash
