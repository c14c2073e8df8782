"""What every loss of a frozen detector must do, on Faster R-CNN and EfficientDet."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from effdet.data.transforms import transforms_coco_eval
from torch import Tensor

from tests.detectors.random_weights import random_efficientdet, random_faster_rcnn
from turbo_cli.boxes import Targets
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.conformance import verify
from turbo_cli.detectors.faster_rcnn import SplitFasterRcnn

NO_BOXES = np.zeros((0, 4), np.float32)
BOXES = np.array([[10, 15, 60, 55], [75, 20, 95, 45]], np.float32)
REGION = np.array([[30, 65, 128, 128]], np.float32)
INSIDE = np.array([[50, 75, 90, 115]], np.float32)


@pytest.fixture(params=[random_faster_rcnn, random_efficientdet], ids=["faster-rcnn", "efficientdet-d0"])
def detector(request: pytest.FixtureRequest) -> SplitDetector:
    build: Callable[[], SplitDetector] = request.param
    return build()


def targets(
    boxes: np.ndarray = BOXES, ignore: Sequence[int] = (), regions: np.ndarray = NO_BOXES, category: int = 3
) -> list[Targets]:
    flags = np.array([index in ignore for index in range(len(boxes))], bool)
    return [Targets(boxes, np.full(len(boxes), category), flags, regions)]


@pytest.fixture
def image() -> Tensor:
    return torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def features(detector: SplitDetector, image: Tensor) -> list[Tensor]:
    with torch.no_grad():
        return detector.encode(image)


def test_conforms(detector: SplitDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a smaller input than its own, to be quick."""
    monkeypatch.setattr(detector, "input_size", (256, 256))
    if isinstance(detector, SplitFasterRcnn):
        monkeypatch.setattr(detector.transform, "min_size", (96,))
        monkeypatch.setattr(detector.transform, "max_size", 160)
    else:
        monkeypatch.setattr(detector, "letterbox", transforms_coco_eval((256, 256), use_prefetcher=True))
    frames = list(np.random.default_rng(0).integers(0, 256, (2, 45, 80, 3), np.uint8))
    failed = [check for check in verify(detector, frames).checks if not check.passed]
    assert failed == []


def test_boxes_keep_full_precision_under_autocast(detector: SplitDetector, image: Tensor) -> None:
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        found = detector.detect(detector.encode(image))[0]
    assert len(found) > 0
    for values in (found.boxes_xyxy, found.scores):
        assert values.dtype == np.float32
        exact = torch.from_numpy(values)
        assert (exact == exact.bfloat16()).float().mean() < 0.5


def test_losses_are_repeatable_and_draw_no_random_number(
    detector: SplitDetector, features: list[Tensor]
) -> None:
    other = [one * 1.1 for one in features]
    state = torch.get_rng_state()
    assert torch.equal(detector.loss(features, targets()), detector.loss(features, targets()))
    assert torch.equal(detector.distill(other, features), detector.distill(other, features))
    assert torch.equal(torch.get_rng_state(), state)


def test_distill_sends_gradient_to_the_student_only(detector: SplitDetector, features: list[Tensor]) -> None:
    student = [(one * 1.1).requires_grad_() for one in features]
    teacher = [one.clone().requires_grad_() for one in features]
    detector.distill(student, teacher).backward()
    assert student[4].grad is not None
    assert all(one.grad is None for one in teacher)


@pytest.mark.parametrize("measure", ["loss", "distill"])
def test_a_few_steps_on_the_features_reduce_it(
    detector: SplitDetector, features: list[Tensor], measure: str
) -> None:
    generator = torch.Generator().manual_seed(1)
    noisy = [one + 0.3 * one.std() * torch.randn(one.shape, generator=generator) for one in features]
    noisy = [one.requires_grad_() for one in noisy]
    optimizer = torch.optim.Adam(
        [{"params": [one], "lr": 0.02 * float(one.detach().std())} for one in noisy[1:]]
    )
    values = []
    for _ in range(5):
        optimizer.zero_grad()
        value = detector.loss(noisy, targets()) if measure == "loss" else detector.distill(noisy, features)
        value.backward()
        optimizer.step()
        values.append(float(value.detach()))
    assert values[-1] < 0.9 * values[0]


def test_a_frame_without_targets_has_a_finite_loss(detector: SplitDetector, features: list[Tensor]) -> None:
    empty = detector.loss(features, targets(NO_BOXES))
    assert torch.isfinite(empty) and empty > 0


def test_boxes_in_a_region_change_nothing_and_the_region_matters(
    detector: SplitDetector, features: list[Tensor]
) -> None:
    with_region = detector.loss(features, targets(regions=REGION))
    both = np.concatenate([BOXES, INSIDE])
    assert torch.equal(detector.loss(features, targets(both, regions=REGION)), with_region)
    assert torch.equal(detector.loss(features, targets(both, ignore=[2], regions=REGION)), with_region)
    assert not torch.equal(detector.loss(features, targets()), with_region)
    assert not torch.equal(detector.loss(features, targets(both)), with_region)


def test_an_ignored_box_is_a_region_whatever_its_class(
    detector: SplitDetector, features: list[Tensor]
) -> None:
    wanted = detector.loss(features, targets(BOXES[:1], regions=BOXES[1:]))
    assert torch.equal(detector.loss(features, targets(BOXES, ignore=[1])), wanted)
    unknown = Targets(BOXES, np.array([3, 1000]), np.zeros(2, bool))
    assert torch.equal(detector.loss(features, [unknown]), wanted)
    assert not torch.equal(detector.loss(features, targets(BOXES)), wanted)


def test_where_all_is_ignored_nothing_is_learnt(detector: SplitDetector, image: Tensor) -> None:
    everything = np.array([[0, 0, 128, 128]], np.float32)
    image.requires_grad_()
    loss = detector.loss(detector.encode(image), targets(NO_BOXES, regions=everything))
    (gradient,) = torch.autograd.grad(loss, image)
    assert loss == 0 and torch.count_nonzero(gradient) == 0


def test_targets_of_a_batch_belong_to_their_own_images(detector: SplitDetector) -> None:
    images = torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        features = detector.encode(images)
        turned = [one.flip(0) for one in features]
    mixed = [*targets(BOXES), *targets(BOXES[:0])]
    value = detector.loss(features, mixed)
    assert torch.allclose(detector.loss(turned, mixed[::-1]), value, rtol=1e-4)
    assert not torch.allclose(detector.loss(turned, mixed), value, rtol=1e-4)
