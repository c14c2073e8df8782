"""What the `features` term measures."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.small_detector import SmallDetector
from turbo_cli.training.feature_distance import feature_distance

DETECTOR = SmallDetector()


def maps(seed: int) -> list[Tensor]:
    torch.manual_seed(seed)
    return DETECTOR.encode(torch.rand(2, 3, 64, 96))


def test_nothing_lies_between_a_map_and_itself() -> None:
    assert feature_distance(DETECTOR, maps(0), maps(0)).item() == 0.0


@pytest.mark.parametrize("shape", [(1, 4, 1, 1), (2, 4, 3, 3)])
def test_maps_without_variance_give_a_number(shape: tuple[int, ...]) -> None:
    blank = [torch.zeros(shape)] * 5
    assert feature_distance(DETECTOR, blank, blank).item() == 0.0
    assert torch.isfinite(feature_distance(DETECTOR, [torch.ones(shape)] * 5, blank))


@given(st.integers(0, 4), st.floats(0.1, 100))
def test_the_scale_of_a_map_does_not_matter(stage: int, scale: float) -> None:
    """A network may multiply a map and divide in the next layer: nothing is different."""
    plain, scaled = ([maps(0), maps(1)] for _ in range(2))
    for one in scaled:
        one[stage] = one[stage] * scale
    expected = feature_distance(DETECTOR, *plain).item()
    assert expected > 0
    assert feature_distance(DETECTOR, *scaled).item() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("first_read", [1, 3, 5])
def test_only_maps_that_the_head_reads_count(first_read: int) -> None:
    detector = SmallDetector()
    detector.first_read = first_read
    for stage in range(5):
        moved = maps(0)
        moved[stage] = moved[stage] + moved[stage].std()
        assert (feature_distance(detector, moved, maps(0)).item() > 0) == (stage + 1 >= first_read)


def test_gradient_reaches_the_student_alone() -> None:
    student, teacher = ([one.requires_grad_() for one in maps(seed)] for seed in (0, 1))
    gradients = torch.autograd.grad(feature_distance(DETECTOR, student, teacher), student)
    assert all(gradient.abs().sum() > 0 for gradient in gradients)
