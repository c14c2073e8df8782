"""The losses against sums done by hand, finite differences and gradient descent."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.detectors.darknet.networks import write_small
from turbo_cli.boxes import Targets
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.darknet import build
from turbo_cli.detectors.darknet.loss import Truth, bernoulli_kl, detection_loss, distillation_loss
from turbo_cli.detectors.darknet.yolo import Predictions, Yolo, read_maps

LN2 = float(np.log(2))
ONE_ANCHOR = Yolo(anchors=((32.0, 32.0),), mask=(0,), classes=2, ignore_iou=0.3, scale_xy=1.0)


def predictions(raw: Tensor, yolo: Yolo = ONE_ANCHOR) -> Predictions:
    """(B, anchors x 7, H, W) at stride 32."""
    return read_maps([raw], [32], [yolo])


def truth(
    boxes: Sequence[Sequence[float]] = (),
    classes: Sequence[int] = (),
    ignored: Sequence[Sequence[float]] = (),
) -> Truth:
    return Truth(
        torch.tensor(boxes).reshape(-1, 4), torch.tensor(classes).long(), torch.tensor(ignored).reshape(-1, 4)
    )


# A map of 2x2 cells with all logits 0: four anchors of 32x32 pixels that tile the image of 64x64.
ZEROS = predictions(torch.zeros(1, 7, 2, 2))
TOP_LEFT = (0.0, 0.0, 32.0, 32.0)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (truth(), 4),
        # Objectness 4 ln 2, classes 2 ln 2, centre 2 ln 2 with weight 2 - 1/4; the size is right.
        (truth([TOP_LEFT], [1]), 4 + 2 + 2 * 1.75),
        (truth(ignored=[TOP_LEFT]), 3),
        (truth([TOP_LEFT], [1], ignored=[(32, 32, 64, 64)]), 3 + 2 + 2 * 1.75),
        # It overlaps the prediction in the next cell (IoU 0.375), which so is no false positive.
        (
            truth([(0.0, 0.0, 56.0, 32.0)], [0]),
            3 + 2 + 2 * (2 - 56 / 128) + np.log(56 / 32) ** 2 / 2 * (2 - 56 / 128) / LN2,
        ),
        # Two objects: the sum is shared between them.
        (truth([TOP_LEFT, (32.0, 32.0, 64.0, 64.0)], [0, 1]), (4 + 2 * (2 + 2 * 1.75)) / 2),
    ],
)
def test_detection_loss_by_hand(known: Truth, expected: float) -> None:
    assert float(detection_loss(ZEROS, [known])) == pytest.approx(expected * LN2, rel=1e-5)


def test_detection_loss_is_the_mean_over_images() -> None:
    pair = predictions(torch.zeros(2, 7, 2, 2))
    assert float(detection_loss(pair, [truth(), truth(ignored=[TOP_LEFT])])) == pytest.approx(3.5 * LN2)


def test_an_object_is_matched_to_the_anchor_nearest_in_shape() -> None:
    yolo = Yolo(
        anchors=((32.0, 32.0), (16.0, 64.0), (64.0, 16.0)),
        mask=(0, 2),
        classes=2,
        ignore_iou=2.0,
        scale_xy=1.0,
    )
    raw = torch.zeros(1, 14, 2, 2, requires_grad=True)
    wide, tall = (2.0, 10.0, 62.0, 22.0), (40.0, 0.0, 56.0, 60.0)
    loss = detection_loss(predictions(raw, yolo), [truth([wide, tall], [0, 0])])
    (gradient,) = torch.autograd.grad(loss, raw)
    pulled_up = (gradient.view(2, 7, 2, 2)[:, 4] < 0).nonzero().tolist()
    assert pulled_up == [
        [1, 0, 1]
    ]  # wide: its centre lies in the cell to the right; tall: its anchor is of another layer


def random_raw(batch: int = 2) -> Tensor:
    return torch.randn(batch, 7, 2, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def test_gradients_agree_with_finite_differences() -> None:
    known = [truth([(3.0, 5.0, 40.0, 30.0)], [1], [(32, 32, 64, 64)]), truth()]
    known = [Truth(t.boxes_xyxy.double(), t.classes, t.ignored_xyxy.double()) for t in known]
    raw = random_raw().requires_grad_()
    assert torch.autograd.gradcheck(lambda raw: detection_loss(predictions(raw), known), raw)
    teacher = predictions(random_raw().roll(1, 0) * 3)
    assert torch.autograd.gradcheck(lambda raw: distillation_loss(predictions(raw), teacher), raw)


def test_kl_by_hand() -> None:
    quarter, half = torch.tensor(-np.log(3)), torch.tensor(0.0)
    assert float(bernoulli_kl(quarter, half)) == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert float(bernoulli_kl(quarter, quarter)) == 0


def test_distillation_counts_boxes_only_where_the_teacher_is_confident() -> None:
    teacher = torch.zeros(1, 7, 2, 2)
    teacher[:, 4:6, 0, 0] = 5.0
    student = teacher.clone()
    student[:, 3, 0, 0] += 1.5  # smooth L1: 1
    student[:, 3, 1, 1] += 1.5
    objects = 3 * 0.5 + float(torch.tensor(5.0).sigmoid())
    assert float(distillation_loss(predictions(student), predictions(teacher))) == pytest.approx(1 / objects)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> SplitDetector:
    return build("small", write_small(tmp_path_factory.mktemp("darknet")))


def features_of(detector: SplitDetector) -> list[Tensor]:
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return detector.encode(images)


def some_targets() -> list[Targets]:
    boxes = np.array([[10, 12, 40, 36], [50, 20, 90, 60], [60, 5, 80, 15]], np.float32)
    two = Targets(boxes, np.array([3, 1000, 3]), np.zeros(3, bool))
    return [two, Targets(boxes[:0], np.zeros(0, np.int64), np.zeros(0, bool))]


def test_what_is_ignored_counts_neither_way(detector: SplitDetector) -> None:
    features, (targets, empty) = features_of(detector), some_targets()
    nothing = float(detector.loss(features, [empty, empty]))
    box, number = targets.boxes_xyxy[:1], targets.category_ids[:1]
    as_box = Targets(box, number, np.ones(1, bool))
    as_region = Targets(box[:0], number[:0], np.zeros(0, bool), box)
    inside_region = Targets(box, number, np.zeros(1, bool), box)
    of_unknown_class = Targets(box, np.array([7]), np.zeros(1, bool))
    losses = [
        float(detector.loss(features, [t, empty]))
        for t in (as_box, as_region, inside_region, of_unknown_class)
    ]
    assert losses == [losses[0]] * 4
    assert losses[0] < nothing
    assert float(detector.loss(features, [Targets(box, number, np.zeros(1, bool)), empty])) != losses[0]


def test_losses_are_finite_and_repeatable(detector: SplitDetector) -> None:
    features, (targets, empty) = features_of(detector), some_targets()
    assert np.isfinite(float(detector.loss(features, [empty, empty])))
    first = detector.loss(features, [targets, empty])
    assert torch.equal(first, detector.loss(features, [targets, empty]))
    torch.manual_seed(7)
    assert torch.equal(first, detector.loss(features, [targets, empty]))
    wild = [feature * 1e4 for feature in features]
    assert np.isfinite(float(detector.loss(wild, [targets, empty])))
    assert np.isfinite(float(detector.distill(wild, features)))


@pytest.mark.parametrize("start", [1, 4, 5])
@pytest.mark.parametrize("kind", ["loss", "distill"])
def test_gradient_descent_on_a_perturbed_map_lowers(detector: SplitDetector, start: int, kind: str) -> None:
    clean, targets = features_of(detector), some_targets()
    noise = torch.randn(clean[start - 1].shape, generator=torch.Generator().manual_seed(1))
    learned = (clean[start - 1] + 0.3 * clean[start - 1].std() * noise).requires_grad_()
    teacher = [feature.clone().requires_grad_() for feature in clean]
    measures: dict[str, Callable[[list[Tensor]], Tensor]] = {
        "loss": lambda features: detector.loss(features, targets),
        "distill": lambda features: detector.distill(features, teacher),
    }
    optimiser = torch.optim.Adam([learned], lr=0.05)
    values = []
    for _ in range(30):
        value = measures[kind](detector.resume([*clean[: start - 1], learned], start))
        optimiser.zero_grad()
        torch.autograd.backward([value])
        optimiser.step()
        values.append(value.item())
    assert values[-1] < 0.8 * values[0]
    assert all(feature.grad is None for feature in teacher)
    assert all(parameter.grad is None for parameter in detector.parameters())
