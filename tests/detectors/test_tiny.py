"""`tiny`: its grids, its losses, its split."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from turbo_cli.boxes import Targets
from turbo_cli.detectors.base import STRIDES, hash_state
from turbo_cli.detectors.tiny import CATEGORY_IDS, Predictions, TinyDetector, TinyNetwork, detection_loss
from turbo_cli.detectors.tiny.losses import assign

SIZE = (96, 64)
CAR, PERSON = CATEGORY_IDS.index(3), CATEGORY_IDS.index(1)


@pytest.fixture
def network() -> TinyNetwork:
    torch.manual_seed(0)
    network = TinyNetwork(len(CATEGORY_IDS)).train()
    for _ in range(3):  # running statistics that differ from the initial ones
        network(torch.rand(2, 3, SIZE[1], SIZE[0]))
    for tower in network.head.towers:
        torch.nn.init.normal_(tower.get_parameter("2.weight"))
        torch.nn.init.zeros_(tower.get_parameter("2.bias"))  # scores above the floor
    return network.eval()


@pytest.fixture
def detector(network: TinyNetwork) -> TinyDetector:
    return TinyDetector(network, size=SIZE)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(2, 3, SIZE[1], SIZE[0], generator=torch.Generator().manual_seed(1))


def targets(
    *boxes: tuple[float, float, float, float], ids: list[int], ignore: list[bool] | None = None
) -> Targets:
    return Targets(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(ids, np.int64),
        np.array(ignore or [False] * len(ids), np.bool_),
    )


def perfect(boxes: Tensor, width: int = 96, height: int = 64) -> Predictions:
    """Predictions whose every point says "car" and the nearest of the boxes, exactly."""
    network = TinyNetwork(len(CATEGORY_IDS)).eval()
    blank: Predictions = network(torch.zeros(1, 3, height, width))
    centres, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    near = torch.cdist(blank.points, centres).argmin(1)
    offsets = torch.cat(
        [(centres[near] - blank.points) / blank.strides, (sizes[near] / blank.strides).log()], dim=1
    )
    logits = torch.full_like(blank.logits, -6)
    logits[..., CAR] = 2
    return dataclasses.replace(blank, logits=logits, offsets=offsets[None])


def test_fewer_than_a_million_parameters(detector: TinyDetector) -> None:
    assert sum(parameter.numel() for parameter in detector.parameters()) < 1_000_000


def test_points_are_the_centres_of_the_cells_of_each_stride(network: TinyNetwork) -> None:
    predictions = network(torch.zeros(1, 3, 64, 32))
    assert len(predictions.points) == 8 * 16 + 4 * 8 + 2 * 4
    assert predictions.points[:2].tolist() == [[2, 2], [6, 2]]
    assert predictions.points[-1].tolist() == [24, 56] and predictions.strides[-1].item() == 16


def test_boxes_are_decoded_as_documented() -> None:
    predictions = Predictions(
        logits=torch.zeros(1, 1, 5),
        offsets=torch.tensor([[[0.5, -1.0, 0.0, float(np.log(3))]]]),
        points=torch.tensor([[20.0, 12.0]]),
        strides=torch.tensor([[8.0]]),
    )
    # Centre (24, 4), 8 wide, 24 high.
    torch.testing.assert_close(predictions.boxes()[0, 0], torch.tensor([20.0, -8.0, 28.0, 16.0]))


def test_split_equals_whole(network: TinyNetwork, detector: TinyDetector, images: Tensor) -> None:
    features = detector.encode(images)
    assert [f.shape[1:] for f in features] == [
        (channels, SIZE[1] // stride, SIZE[0] // stride)
        for channels, stride in zip(detector.channels, STRIDES, strict=True)
    ]
    whole, split = network(images), detector.head(features)
    assert torch.equal(split.logits, whole.logits) and torch.equal(split.offsets, whole.offsets)
    found = detector.detect(features)
    for index, detections in enumerate(found):
        best = whole.logits[index].sigmoid().max(1)
        top = best.values.argmax()
        assert detections.scores[0] == best.values[top].item()
        assert detections.category_ids[0] == CATEGORY_IDS[int(best.indices[top])]
        limits = torch.tensor([*SIZE, *SIZE])
        expected = whole.boxes()[index, top].clamp(min=0).minimum(limits)
        np.testing.assert_allclose(detections.boxes_xyxy[0], expected.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("start", range(1, 6))
def test_resume_gives_the_same_features(detector: TinyDetector, images: Tensor, start: int) -> None:
    features = detector.encode(images)
    again = detector.resume(features, start)
    assert all(torch.equal(one, other) for one, other in zip(features, again, strict=True))


def test_detections_come_in_source_pixels(detector: TinyDetector) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (180, 400, 3), np.uint8)
    images, geometry = detector.prepare([frame, frame[::2, ::2]])
    assert images.shape == (2, 3, SIZE[1], SIZE[0]) and images.min() >= 0 and images.max() <= 1
    features = detector.encode(images)
    scale = np.array([400 / SIZE[0], 180 / SIZE[1]] * 2, np.float32)
    plain, placed = detector.detect(features)[0], detector.detect(features, geometry)[0]
    assert len(plain) > 0
    np.testing.assert_allclose(placed.boxes_xyxy, plain.boxes_xyxy * scale, rtol=1e-5, atol=1e-3)


def test_losses_leave_the_detector_untouched(detector: TinyDetector, images: Tensor) -> None:
    before = hash_state(detector)
    detector.train()
    features = [feature.requires_grad_() for feature in detector.encode(images)]
    truth = [targets((8, 8, 40, 30), ids=[3]), targets(ids=[])]
    loss = detector.loss(features, truth) + detector.distill(features, detector.encode(images / 2))
    loss.backward()
    assert all(f.grad is not None and f.grad.abs().sum() > 0 for f in features[1:])
    assert hash_state(detector) == before
    assert all(parameter.grad is None for parameter in detector.parameters())


def test_loss_is_deterministic_at_any_size(detector: TinyDetector) -> None:
    truth = [targets((8, 8, 40, 30), (50, 10, 54, 20), ids=[3, 1])]
    for height, width in [(32, 32), (64, 160)]:
        features = detector.encode(torch.rand(1, 3, height, width))
        assert torch.equal(detector.loss(features, truth), detector.loss(features, truth))


def test_a_perfect_prediction_has_almost_no_box_loss_and_a_shifted_one_has() -> None:
    boxes = torch.tensor([[10.0, 10, 40, 30], [60, 20, 80, 50]])
    truth = [targets((10, 10, 40, 30), (60, 20, 80, 50), ids=[3, 3])]
    right, wrong = perfect(boxes), perfect(boxes + 5)
    assert detection_loss(right, truth, CATEGORY_IDS) < detection_loss(wrong, truth, CATEGORY_IDS)
    assigned = assign(right.points, right.logits[0].sigmoid(), right.boxes()[0], truth[0], CATEGORY_IDS)
    owners = assigned.scores[:, CAR] > 0
    assert 1 <= owners.sum() <= 20 and assigned.scores[:, PERSON].sum() == 0
    # Every point fits its box exactly, so every chosen point deserves the full score.
    torch.testing.assert_close(assigned.scores[owners, CAR], torch.ones(int(owners.sum())))
    torch.testing.assert_close(assigned.boxes[owners], right.boxes()[0][owners])


def test_a_box_smaller_than_a_cell_has_a_point() -> None:
    predictions = perfect(torch.tensor([[0.0, 0, 20, 20]]))
    speck = targets((15.1, 15.1, 16.9, 16.9), ids=[1])
    assigned = assign(
        predictions.points, predictions.logits[0].sigmoid(), predictions.boxes()[0], speck, CATEGORY_IDS
    )
    assert (assigned.scores[:, PERSON] > 0).any()


def ignoring(kind: str) -> Iterator[Targets]:
    """The same truth with the ignored area (50…80, 20…50) told in two ways that must not matter."""
    car = targets((10, 10, 40, 30), ids=[3])
    if kind == "region":
        region = np.array([[50, 20, 80, 50]], np.float32)
        yield dataclasses.replace(car, ignore_regions_xyxy=region)
        inside = targets((10, 10, 40, 30), (55, 25, 75, 45), ids=[3, 6])
        yield dataclasses.replace(inside, ignore_regions_xyxy=region)
    else:
        yield targets((10, 10, 40, 30), (50, 20, 80, 50), ids=[3, 6], ignore=[False, True])
        yield targets((10, 10, 40, 30), (50, 20, 80, 50), ids=[3, 1], ignore=[False, True])


@pytest.mark.parametrize("kind", ["box", "region"])
def test_ignored_areas_count_neither_way(kind: str) -> None:
    predictions = perfect(torch.tensor([[10.0, 10, 40, 30], [50, 20, 80, 50]]))
    first, second = ignoring(kind)
    logits = predictions.logits.requires_grad_()
    loss = detection_loss(predictions, [first], CATEGORY_IDS)
    assert torch.equal(loss, detection_loss(predictions, [second], CATEGORY_IDS))
    loss.backward()
    assert logits.grad is not None
    x, y = predictions.points.T
    ignored = (x >= 50) & (x <= 80) & (y >= 20) & (y <= 50)
    assert ignored.any() and logits.grad[0, ignored].abs().sum() == 0
    assert (logits.grad[0, ~ignored].abs().sum(1) > 0).all()


def test_distillation_is_zero_where_equal_and_grows_with_the_difference(
    detector: TinyDetector, images: Tensor
) -> None:
    clean = detector.encode(images)
    assert detector.distill(clean, clean) == 0
    near, far = (detector.distill(detector.encode(images * factor), clean) for factor in (0.9, 0.5))
    assert 0 < near < far


def test_boxes_are_decoded_in_full_precision_under_autocast(network: TinyNetwork, images: Tensor) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        predictions = network(images)
    assert predictions.logits.dtype == predictions.boxes().dtype == torch.float32


def test_distillation_sends_no_gradient_to_the_teacher(detector: TinyDetector, images: Tensor) -> None:
    teacher = [feature.requires_grad_() for feature in detector.encode(images)]
    student = [feature.requires_grad_() for feature in detector.encode(images * 0.5)]
    detector.distill(student, teacher).backward()
    assert all(feature.grad is None for feature in teacher)
    assert all(feature.grad is not None for feature in student[1:])
