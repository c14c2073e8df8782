"""Faster R-CNN: the split against torchvision's own model."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models.detection import FasterRCNN_ResNet50_FPN_Weights, fasterrcnn_resnet50_fpn
from torchvision.models.detection.image_list import ImageList

from tests.detectors.random_weights import random_faster_rcnn
from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors import faster_rcnn, rcnn_losses
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.rcnn_losses import EvenSampler
from turbo_cli.errors import TurboError


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights under torchvision's keys and file name, where torch.hub looks before it downloads."""
    folder = tmp_path_factory.mktemp("hub") / "checkpoints"
    folder.mkdir()
    detector: Any = random_faster_rcnn()
    parts = {"backbone.fpn": detector.fpn, "rpn": detector.rpn, "roi_heads": detector.roi_heads}
    parts |= {
        f"backbone.body.{name}": module
        for name, module in zip(
            ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4"),
            (detector.stages[0][1], detector.stages[0][2], detector.stages[1][1], *detector.stages[2:]),
            strict=True,
        )
    }
    state = {
        f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()
    }
    path = folder / faster_rcnn.weights_url("faster-rcnn").split("/")[-1]
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def whole(weights: Path) -> Iterator[Any]:
    """What torchvision itself builds for its COCO weights."""
    before = torch.hub.get_dir()
    torch.hub.set_dir(weights.parents[1])
    yield fasterrcnn_resnet50_fpn(weights=FasterRCNN_ResNet50_FPN_Weights.COCO_V1).eval()
    torch.hub.set_dir(before)


@pytest.fixture(scope="module")
def split(weights: Path) -> SplitDetector:
    return faster_rcnn.build("faster-rcnn", weights)


def frames(shared_data: Path | None = None) -> list[Any]:
    random = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(random[:6, :5]).resize((131, 97), Image.Resampling.BICUBIC))
    if shared_data is None:
        return [random, smooth]
    return [np.asarray(Image.open(sorted(shared_data.glob("ua-detrac/MVI_20011/*.jpg"))[0]).convert("RGB"))]


def assert_same(found: Detections, wanted: dict[str, torch.Tensor], frame: Any) -> None:
    assert len(wanted["boxes"]) > 10
    assert found.category_ids.tolist() == wanted["labels"].tolist()
    size = np.array([frame.shape[1], frame.shape[0]] * 2)
    assert np.abs((found.boxes_xyxy - wanted["boxes"].numpy()) / size).max() <= 1e-4
    assert np.abs(found.scores - wanted["scores"].numpy()).max() <= 1e-4


def compare(split: SplitDetector, whole: Any, images: list[Any]) -> None:
    with torch.no_grad():
        wanted = whole([torch.from_numpy(frame.copy()).permute(2, 0, 1) / 255 for frame in images])
        prepared, geometry = split.prepare(images)
        found = split.detect(split.encode(prepared), geometry)
    for one, other, frame in zip(found, wanted, images, strict=True):
        assert_same(one, other, frame)


def test_split_equals_whole_through_its_own_transform(
    split: Any, whole: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of two sizes, so that both the padding and the true sizes matter; small to be quick."""
    for transform in (split.transform, whole.transform):
        monkeypatch.setattr(transform, "min_size", (200,))
        monkeypatch.setattr(transform, "max_size", 333)
    compare(split, whole, frames())


def test_split_equals_whole_on_a_real_frame(split: SplitDetector, whole: Any, shared_data: Path) -> None:
    compare(split, whole, frames(shared_data))


def test_weights_loaded_into_plain_batch_norm_would_differ(split: SplitDetector, weights: Path) -> None:
    """The trap: torchvision's builder without weights takes the same file and answers otherwise."""
    plain = fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None).eval()
    plain.load_state_dict(torch.load(weights, weights_only=True), strict=False)
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        features = split.encode(image)
        other = plain.backbone.body(split.normalize(image))  # type: ignore[operator]
    assert not torch.allclose(features[4], other["3"], rtol=1e-3)


def test_prepare_keeps_aspect_and_pads_with_what_normalises_to_zero(split: SplitDetector) -> None:
    images, geometry = split.prepare([np.zeros((540, 960, 3), np.uint8), np.zeros((500, 300, 3), np.uint8)])
    assert images.shape == (2, 3, 1344, 1344)
    sizes = [(one.width * one.scale_x, one.height * one.scale_y) for one in geometry]
    assert np.allclose(sizes, [(1333, 749), (799, 1333)], atol=1)
    normalised = split.stages[0][0](images)  # type: ignore[index]
    assert torch.count_nonzero(normalised[0, :, 760:]) == 0
    assert torch.count_nonzero(normalised[1, :, :, 810:]) == 0


def truth() -> list[Targets]:
    boxes = np.array([[20, 30, 120, 110], [150, 40, 190, 90], [200, 150, 300, 240]], np.float32)
    nothing = Targets(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, bool))
    return [Targets(boxes, np.array([3, 6, 1]), np.zeros(3, bool)), nothing]


def test_loss_equals_torchvisions_with_the_same_samples(whole: Any, split: SplitDetector) -> None:
    images = torch.rand(2, 3, 256, 320, generator=torch.Generator().manual_seed(0))
    targets = [
        {"boxes": torch.from_numpy(one.boxes_xyxy), "labels": torch.from_numpy(one.category_ids)}
        for one in truth()
    ]
    rpn, roi_heads, canvas = whole.rpn, whole.roi_heads, ImageList(images, [(256, 320)] * 2)
    rpn.fg_bg_sampler, roi_heads.fg_bg_sampler = EvenSampler(256, 0.5), EvenSampler(512, 0.25)
    pyramid = whole.backbone(torch.stack([whole.transform.normalize(image) for image in images]))
    rpn.training = roi_heads.training = True
    proposals, rpn_losses = rpn(canvas, pyramid, targets)
    _, roi_losses = roi_heads(pyramid, proposals, canvas.image_sizes, targets)
    rpn.training = roi_heads.training = False
    wanted = sum((rpn_losses | roi_losses).values())
    assert torch.allclose(split.loss(split.encode(images), truth()), wanted.detach(), rtol=1e-5)


def test_no_gradient_reaches_objectness_in_an_ignore_region(split: Any) -> None:
    features = split.encode(torch.rand(1, 3, 256, 320, generator=torch.Generator().manual_seed(0)))
    region = np.array([[160, 0, 320, 256]], np.float32)
    one = truth()[0]
    targets = Targets(one.boxes_xyxy, one.category_ids, one.ignore, region)
    scores: list[torch.Tensor] = []

    def keep(_module: Any, _inputs: Any, outputs: Any) -> None:
        scores.append(outputs[0][0].requires_grad_())

    handle = split.rpn.head.register_forward_hook(keep)
    loss = split.loss([feature.requires_grad_() for feature in features], [targets])
    handle.remove()
    (gradient,) = torch.autograd.grad(loss, scores)
    columns = gradient[0].abs().sum(dim=(0, 1))
    assert columns[:30].sum() > 0
    assert columns[40:].sum() == 0  # the anchors of stride 4 that are centred from x = 160 on


def test_training_flags_are_restored_also_after_an_error(split: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("stop")

    monkeypatch.setattr(rcnn_losses, "propose", fail)
    with pytest.raises(RuntimeError, match="stop"):
        split.loss(split.encode(torch.rand(1, 3, 64, 64)), truth()[:1])
    assert not any(module.training for module in split.modules())


def test_even_sampler_keeps_torchvisions_shares_and_draws_nothing() -> None:
    labels = torch.tensor([1] * 10 + [0] * 100 + [-1] * 50)
    state = torch.get_rng_state()
    (positive,), (negative,) = EvenSampler(16, 0.25)([labels])
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.where(positive)[0].tolist() == [0, 2, 5, 7]
    assert int(negative.sum()) == 12 and set(labels[negative].tolist()) == {0}
    assert torch.where(negative)[0].diff().tolist() == pytest.approx([8] * 11, abs=1)


def test_another_input_size_is_refused() -> None:
    with pytest.raises(TurboError, match="leave out --size"):
        faster_rcnn.build("faster-rcnn", None, (640, 384))


def test_pyramid_names_are_torchvisions(whole: Any) -> None:
    """`_pyramid` relies on them."""
    pyramid: OrderedDict[str, torch.Tensor] = whole.backbone(torch.rand(1, 3, 64, 64))
    assert list(pyramid) == ["0", "1", "2", "3", "pool"]
