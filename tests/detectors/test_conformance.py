"""Detectors broken in one way each must fail the check that is there for it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from examples.custom_detector import CustomDetector, make
from torch import Tensor, nn

from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors.base import Geometry, SplitDetector, freeze
from turbo_cli.detectors.conformance import Report, largest_difference, verify

FRAMES = list(np.random.default_rng(0).integers(0, 256, (2, 120, 200, 3), np.uint8))
SIZE = (64, 64)


def failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if not check.passed}


def test_the_example_passes() -> None:
    report = verify(make(), FRAMES)
    assert report.passed, report
    assert report.detector == "custom"
    assert len(report.checks) == 12
    assert all(check.detail for check in report.checks)
    assert make().weights_hash == make().weights_hash


def test_one_frame_is_enough() -> None:
    assert verify(make(size=SIZE), FRAMES[:1]).passed


class WrongStride(CustomDetector):
    """C1 comes at stride 4, C2 and the rest at half their size."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.stages[0] = nn.Sequential(self.stages[0], nn.AvgPool2d(2))


class WrongChannels(CustomDetector):
    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.channels = (64, 64, 128, 256, 1024)


class MovingStatistics(CustomDetector):
    """As a plug-in that overrides `train` may do."""

    def train(self, mode: bool = True) -> "MovingStatistics":
        nn.Module.train(self, mode)
        return self


class MovingInEvaluation(CustomDetector):
    """A buffer that counts calls."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.register_buffer("calls", torch.zeros(1))

    def encode(self, images: Tensor) -> list[Tensor]:
        self.get_buffer("calls").add_(1)
        return super().encode(images)


class LossyResume(CustomDetector):
    def resume(self, features: Sequence[Tensor], start: int) -> list[Tensor]:
        return super().resume([feature.half().float() for feature in features], start)


class Forgetful(CustomDetector):
    """Its boxes change from call to call."""

    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        return super().detect([feature + torch.rand(1) for feature in features], geometry)


class ReadsMore(CustomDetector):
    """Looks at C1 too, and does not say so."""

    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        return super().detect([*features[:4], features[4] + features[0].mean()], geometry)


class DistillsMore(CustomDetector):
    """Its boxes come from C5 alone, its predictions do not."""

    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        nearer = F.mse_loss(features[3], teacher_features[3])
        return super().distill(features, teacher_features) + nearer


class NoSuchMap(CustomDetector):
    first_read = 6


class BatchStatistics(CustomDetector):
    """Each image sees the others of its batch."""

    def encode(self, images: Tensor) -> list[Tensor]:
        return super().encode(images - images.mean())


class OutOfFrame(CustomDetector):
    def detect(
        self, features: Sequence[Tensor], geometry: Sequence[Geometry] | None = None
    ) -> list[Detections]:
        found = super().detect(features, geometry)
        return [Detections(boxes.boxes_xyxy + 50, boxes.scores, boxes.category_ids) for boxes in found]


class StrangeClass(CustomDetector):
    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(size)
        self.categories = {1: "person"}


class DetachedLoss(CustomDetector):
    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        return super().loss([feature.detach() for feature in features], targets)


class DistillOffset(CustomDetector):
    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        return super().distill(features, teacher_features) + 1e-3


class DistillNothing(CustomDetector):
    def distill(self, features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
        return super().distill(features, teacher_features) * 0


class Bytes(CustomDetector):
    """Images in [0, 255]."""

    def prepare(
        self, frames: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]
    ) -> tuple[Tensor, list[Geometry]]:
        images, geometry = super().prepare(frames)
        return images * 255, geometry


class FixedGrid(CustomDetector):
    """Takes its grid from `input_size`, so it runs at that size only."""

    def loss(self, features: Sequence[Tensor], targets: Sequence[Targets]) -> Tensor:
        width, height = self.input_size
        return (
            super().loss(features, targets) + 0 * features[0].reshape(-1, 64, height // 2, width // 2).sum()
        )


BROKEN: dict[type[CustomDetector], set[str]] = {
    WrongStride: {"five stages at strides 2…32", "runs at another size"},
    WrongChannels: {"five stages at strides 2…32", "runs at another size"},
    MovingStatistics: {"frozen under train()"},
    MovingInEvaluation: {"frozen under train()"},
    LossyResume: {"resumes without a change"},
    Forgetful: {"resumes without a change", "repeatable", "reads only what it says"},
    ReadsMore: {"reads only what it says"},
    DistillsMore: {"reads only what it says"},
    NoSuchMap: {"reads only what it says"},
    BatchStatistics: {"batch equals single images"},
    OutOfFrame: {"boxes lie in the frame"},
    StrangeClass: {"boxes lie in the frame"},
    DetachedLoss: {"loss reaches every stage", "frozen under train()"},
    DistillOffset: {"distill is zero on itself"},
    DistillNothing: {"distill is zero on itself", "distill reaches every stage"},
    Bytes: {"images in [0, 1] at the input size"},
    # Gradients too are looked at on a smaller image.
    FixedGrid: {"runs at another size", "loss reaches every stage", "frozen under train()"},
}


@pytest.mark.parametrize(
    ("broken", "checks"), BROKEN.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_broken_detector_fails(broken: type[CustomDetector], checks: set[str]) -> None:
    torch.manual_seed(0)
    detector = broken(SIZE)
    detector.requires_grad_(False)
    detector.eval()
    assert failed(verify(detector, FRAMES)) == checks


def test_an_unfrozen_detector_fails() -> None:
    torch.manual_seed(0)
    assert failed(verify(CustomDetector(SIZE).eval(), FRAMES)) == {"frozen under train()"}


def whole_of(detector: SplitDetector, shift: float = 0.0) -> Callable[[Tensor], list[Detections]]:
    def whole(images: Tensor) -> list[Detections]:
        found = detector.detect(detector.encode(images))
        # A model may list boxes of equal score in another order.
        return [Detections(d.boxes_xyxy[::-1] + shift, d.scores[::-1], d.category_ids[::-1]) for d in found]

    return whole


def test_split_equals_whole() -> None:
    detector = make(size=SIZE)
    same = verify(detector, FRAMES, whole=whole_of(detector))
    assert same.passed, same
    assert same.checks[-1].name == "split equals whole"
    shifted = verify(detector, FRAMES, whole=whole_of(detector, shift=0.1))
    assert failed(shifted) == {"split equals whole"}
    assert verify(detector, FRAMES, whole=whole_of(detector, shift=0.1), tolerance=0.01).passed
    torch.manual_seed(1)
    assert failed(verify(detector, FRAMES, whole=whole_of(freeze(CustomDetector(SIZE))))) == {
        "split equals whole"
    }


def test_largest_difference_by_hand() -> None:
    boxes = np.array([[0, 0, 10, 10], [20, 20, 30, 40]], np.float32)
    one = Detections(boxes, np.array([0.9, 0.8], np.float32), np.array([3, 1]))
    moved = Detections(
        boxes + np.array([0, 0, 2, 0], np.float32), np.array([0.9, 0.8], np.float32), np.array([3, 1])
    )
    weaker = Detections(boxes, np.array([0.9, 0.7], np.float32), np.array([3, 1]))
    assert largest_difference(one, one, (100, 50)) == 0
    assert largest_difference(one, moved, (100, 50)) == pytest.approx(0.02)
    assert largest_difference(one, weaker, (100, 50)) == pytest.approx(0.1)
    assert largest_difference(one, Detections.empty(), (100, 50)) == np.inf
    assert largest_difference(one, Detections(boxes, one.scores, np.array([3, 2])), (100, 50)) == np.inf
    assert largest_difference(Detections.empty(), Detections.empty(), (100, 50)) == 0
