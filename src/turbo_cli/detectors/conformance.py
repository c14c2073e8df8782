"""What every split detector must hold: run by `turbo weights verify` and by authors of plug-ins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from turbo_cli.boxes import Detections, Targets
from turbo_cli.detectors.base import STAGES, STRIDES, Geometry, SplitDetector, hash_state

Whole = Callable[[Tensor], list[Detections]]
"""An original, unsplit model: (B, 3, H, W) float32 RGB in [0, 1] → boxes in input pixels."""

Outcome = tuple[bool, str]

SPLIT_EQUALS_WHOLE = "split equals whole"
"""The name of the last check, made where there is an original."""


@dataclass(frozen=True)
class Check:
    """One requirement, whether it holds, and the number or message behind that."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Report:
    """All checks of one detector."""

    detector: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True, eq=False)
class _Subject:
    """A detector, two images of `size` (width, height) and their features."""

    detector: SplitDetector
    images: Tensor
    geometry: list[Geometry]
    features: list[Tensor]
    tolerance: float

    @property
    def size(self) -> tuple[int, int]:
        return self.images.shape[3], self.images.shape[2]

    @torch.no_grad()
    def quarter(self) -> "_Subject":
        """One image's upper left quarter, for dear checks: gradients of large inputs take gigabytes."""
        step = self.detector.size_multiple
        width, height = (max(step, side // 2 // step * step) for side in self.size)
        images = self.images[:1, :, :height, :width]
        return replace(self, images=images, geometry=[], features=self.detector.encode(images))


def verify(
    detector: SplitDetector,
    frames: Sequence[NDArray[np.uint8]],
    whole: Whole | None = None,
    tolerance: float = 1e-4,
) -> Report:
    """Check `detector` against the contract of `SplitDetector` on the first two frames.

    frames: (H, W, 3) uint8 RGB, at least one. whole: if given, split must equal it. tolerance: largest
    difference between a batch and single images (relative to the largest feature), and between split and
    whole (boxes relative to the image, scores). Shapes that do not fit inside the detector fail the check
    that meets them.
    """
    pair = list(frames[:2]) if len(frames) > 1 else [frames[0], np.ascontiguousarray(frames[0][:, ::-1])]
    images, geometry = detector.prepare(pair)
    with torch.no_grad():
        subject = _Subject(detector, images, geometry, detector.encode(images), tolerance)
    checks = [_run(name, check, subject) for name, check in _CHECKS.items()]
    if whole is not None:
        checks.append(_run(SPLIT_EQUALS_WHOLE, lambda subject: _equals_whole(subject, whole), subject))
    return Report(detector.name, tuple(checks))


def _run(name: str, check: Callable[[_Subject], Outcome], subject: _Subject) -> Check:
    try:
        passed, detail = check(subject)
    except (RuntimeError, IndexError, ValueError) as error:  # raised where shapes or gradients do not fit
        passed, detail = False, f"{type(error).__name__}: {error}".partition("\n")[0]
    return Check(name, passed, detail)


def _images(subject: _Subject) -> Outcome:
    images, detector = subject.images, subject.detector
    low, high = float(images.min()), float(images.max())
    fits = images.shape[:2] == (2, 3) and not any(side % detector.size_multiple for side in subject.size)
    if detector.fixed_size:
        fits = fits and subject.size == detector.input_size
    passed = fits and images.dtype == torch.float32 and 0 <= low <= high <= 1
    return passed, f"{tuple(images.shape)} {images.dtype} in [{low:.3f}, {high:.3f}]"


def _five_stages(subject: _Subject) -> Outcome:
    shapes = [tuple(feature.shape[1:]) for feature in subject.features]
    expected = _expected_shapes(subject.detector, subject.size)
    return shapes == expected, f"C1…C5 are {shapes}" + (
        "" if shapes == expected else f", expected {expected}"
    )


def _expected_shapes(detector: SplitDetector, size: tuple[int, int]) -> list[tuple[int, ...]]:
    width, height = size
    return [
        (channels, height // s, width // s) for channels, s in zip(detector.channels, STRIDES, strict=True)
    ]


@torch.no_grad()
def _another_size(subject: _Subject) -> Outcome:
    quarter, detector = subject.quarter(), subject.detector
    shapes = [tuple(feature.shape[1:]) for feature in quarter.features]
    (found,) = detector.detect(quarter.features)
    loss = float(detector.loss(quarter.features, [_one_box(detector, quarter.size)]))
    passed = shapes == _expected_shapes(detector, quarter.size) and bool(np.isfinite(loss))
    width, height = quarter.size
    return passed, f"{width}x{height}: C1…C5 are {shapes}, {len(found)} boxes, loss {loss:.4g}"


@torch.no_grad()
def _resumes(subject: _Subject) -> Outcome:
    detector = subject.detector
    boxes = detector.detect(subject.features)
    for start in range(1, STAGES + 1):
        resumed = detector.resume(subject.features, start)
        for stage, (before, after) in enumerate(zip(subject.features, resumed, strict=True), start=1):
            if not torch.equal(before, after):
                difference = float((before - after).abs().max())
                return False, f"resuming after stage {start} changes C{stage} by {difference:.3g}"
        if not _identical(boxes, detector.detect(resumed)):
            return False, f"resuming after stage {start} changes the boxes"
    return True, "identical from every stage"


@torch.no_grad()
def _repeatable(subject: _Subject) -> Outcome:
    again = subject.detector.encode(subject.images)
    same = _identical(subject.detector.detect(subject.features), subject.detector.detect(again))
    return same, "twice the same boxes" if same else "a second run gives other boxes"


def _identical(one: Sequence[Detections], other: Sequence[Detections]) -> bool:
    return all(
        np.array_equal(a.boxes_xyxy, b.boxes_xyxy)
        and np.array_equal(a.scores, b.scores)
        and np.array_equal(a.category_ids, b.category_ids)
        for a, b in zip(one, other, strict=True)
    )


@torch.no_grad()
def _batches(subject: _Subject) -> Outcome:
    worst = 0.0
    for index in range(len(subject.images)):
        single = subject.detector.encode(subject.images[index : index + 1])
        for batched, alone in zip(subject.features, single, strict=True):
            difference = (batched[index] - alone[0]).abs().max() / alone.abs().max().clamp(min=1e-12)
            worst = max(worst, float(difference))
    return worst <= subject.tolerance, f"largest relative difference {worst:.2g}"


@torch.no_grad()
def _boxes(subject: _Subject) -> Outcome:
    found = subject.detector.detect(subject.features, subject.geometry)
    for detections, frame in zip(found, subject.geometry, strict=True):
        boxes, scores = detections.boxes_xyxy, detections.scores
        limits = np.array([frame.width, frame.height] * 2)
        if not ((boxes >= 0) & (boxes <= limits)).all() or not (boxes[:, :2] <= boxes[:, 2:]).all():
            return False, f"a box leaves the frame of {frame.width}x{frame.height} or is turned inside out"
        if not ((scores >= 0) & (scores <= 1)).all() or not (np.diff(scores) <= 0).all():
            return False, "scores are not in [0, 1], best first"
        unknown = set(detections.category_ids.tolist()) - set(subject.detector.categories)
        if unknown:
            return False, f"category ids {sorted(unknown)} are not among the detector's categories"
    return True, f"{sum(map(len, found))} boxes"


@torch.no_grad()
def _reads(subject: _Subject) -> Outcome:
    """Boxes and predictions, since random images give a trained detector no box."""
    detector, features, first = subject.detector, subject.features, subject.detector.first_read
    if not 1 <= first <= STAGES:
        return False, f"first_read is {first}, must be 1…{STAGES}"
    unread = [torch.full_like(feature, torch.nan) for feature in features[: first - 1]]
    rest = [*unread, *features[first - 1 :]]
    same = _identical(detector.detect(features), detector.detect(rest))
    perturbed = _perturbed(features)
    distances = [
        float(detector.distill([*maps[: first - 1], *perturbed[first - 1 :]], features))
        for maps in (features, unread)
    ]
    same = same and distances[0] == distances[1]
    return same, f"C{first}…C5" if same else f"without the maps before C{first} it sees something else"


def _loss_gradient(subject: _Subject) -> Outcome:
    quarter = subject.quarter()
    targets = [_one_box(subject.detector, quarter.size)]
    return _gradients(quarter, quarter.features, lambda features: subject.detector.loss(features, targets))


def _distill_gradient(subject: _Subject) -> Outcome:
    quarter = subject.quarter()
    teacher = quarter.features
    return _gradients(
        quarter, _perturbed(teacher), lambda features: subject.detector.distill(features, teacher)
    )


def _gradients(
    subject: _Subject, features: Sequence[Tensor], measure: Callable[[Sequence[Tensor]], Tensor]
) -> Outcome:
    """Whether a gradient arrives at the image and at each of C1…C5, from where enhancement goes on."""
    norms = []
    for start in range(STAGES + 1):
        leaf = (features[start - 1] if start else _perturbed([subject.images])[0]).detach().requires_grad_()
        kept = [*features[: max(0, start - 1)], leaf]
        value = measure(subject.detector.resume(kept, start) if start else subject.detector.encode(leaf))
        (gradient,) = torch.autograd.grad(value, leaf, allow_unused=True)
        norms.append(0.0 if gradient is None else float(gradient.norm()))
    passed = all(norm > 0 and np.isfinite(norm) for norm in norms)
    return passed, "norms at the image and C1…C5: " + ", ".join(f"{norm:.2g}" for norm in norms)


@torch.no_grad()
def _distill_zero(subject: _Subject) -> Outcome:
    same = float(subject.detector.distill(subject.features, subject.features))
    other = float(subject.detector.distill(_perturbed(subject.features), subject.features))
    return same == 0 and other > 0, f"{same:.3g} from itself, {other:.3g} from a perturbed copy"


def _frozen(subject: _Subject) -> Outcome:
    detector, quarter = subject.detector, subject.quarter()
    before = hash_state(detector)
    detector.train()
    training = [name or "the detector" for name, module in detector.named_modules() if module.training]
    learning = [name for name, parameter in detector.named_parameters() if parameter.requires_grad]
    images = quarter.images.detach().clone().requires_grad_()
    loss = detector.loss(detector.encode(images), [_one_box(detector, quarter.size)])
    torch.autograd.backward([loss])
    detector.eval()
    if training or learning:
        return False, f"train() switches {training[:1]}, parameters that take a gradient: {learning[:1]}"
    if hash_state(detector) != before:
        return False, "a training step changes parameters or statistics"
    return True, f"a training step leaves {before[:12]}… as it was"


def _equals_whole(subject: _Subject, whole: Whole) -> Outcome:
    with torch.no_grad():
        split, original = subject.detector.detect(subject.features), whole(subject.images)
    pairs = zip(split, original, strict=True)
    worst = max(largest_difference(a, b, subject.size) for a, b in pairs)
    return worst <= subject.tolerance, f"{sum(map(len, original))} boxes, largest difference {worst:.2g}"


def largest_difference(one: Detections, other: Detections, size: tuple[int, int]) -> float:
    """Of boxes (relative to the image `size`) and scores, boxes paired as well as can be.

    Infinite if the counts or the classes differ.
    """
    if sorted(one.category_ids) != sorted(other.category_ids):
        return float("inf")
    if not len(one):
        return 0.0
    # Untrained weights make boxes of any size, infinity included: only what is inside can differ.
    first, second = (np.clip(each.boxes_xyxy / np.array(size * 2), 0, 1) for each in (one, other))
    boxes = np.abs(first[:, None] - second[None])
    cost = np.maximum(boxes.max(axis=2), np.abs(one.scores[:, None] - other.scores[None]))
    cost = cost + 1e6 * (one.category_ids[:, None] != other.category_ids[None])
    return float(cost[linear_sum_assignment(cost)].max())


def _one_box(detector: SplitDetector, size: tuple[int, int]) -> Targets:
    """Truth for a loss: an object of the first category in the middle of the image."""
    width, height = size
    box = np.array([[width / 4, height / 4, width * 3 / 4, height * 3 / 4]], np.float32)
    return Targets(box, np.array([next(iter(detector.categories))]), np.zeros(1, bool))


def _perturbed(features: Sequence[Tensor]) -> list[Tensor]:
    """Each map plus noise of a tenth of its deviation; the same each time."""
    generator = torch.Generator().manual_seed(0)
    return [
        feature + 0.1 * feature.std() * torch.randn(feature.shape, generator=generator).to(feature)
        for feature in features
    ]


_CHECKS: dict[str, Callable[[_Subject], Outcome]] = {
    "images in [0, 1] at the input size": _images,
    "five stages at strides 2…32": _five_stages,
    "runs at another size": _another_size,
    "resumes without a change": _resumes,
    "repeatable": _repeatable,
    "batch equals single images": _batches,
    "boxes lie in the frame": _boxes,
    "reads only what it says": _reads,
    "loss reaches every stage": _loss_gradient,
    "distill reaches every stage": _distill_gradient,
    "distill is zero on itself": _distill_zero,
    "frozen under train()": _frozen,
}
