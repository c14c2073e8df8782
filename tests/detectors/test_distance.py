"""Distances between raw predictions."""

import pytest
import torch

from turbo_cli.detectors.distance import anchor_distance, box_distance, class_distance


def test_equal_predictions_are_at_distance_zero() -> None:
    logits, deltas = torch.randn(2, 50, 4) * 5, torch.randn(2, 50, 4)
    assert anchor_distance(logits, deltas, logits.clone(), deltas.clone()) == 0
    assert class_distance(logits[0], logits[0].clone()) == 0


def test_a_lost_object_outweighs_a_stirred_background() -> None:
    """10,000 background scores move by a fifth; one object of 0.8 falls to 0.3."""
    deltas = torch.zeros(1, 10_000, 4)
    teacher = torch.full((1, 10_000, 1), -4.6)
    teacher[0, 0] = 1.4
    stirred, lost = teacher + 0.2, teacher.clone()
    stirred[0, 0] = 1.4
    lost[0, 0] = -0.85
    background = anchor_distance(stirred, deltas, teacher, deltas)
    assert 0 < background < anchor_distance(lost, deltas, teacher, deltas) / 5


def test_boxes_are_compared_where_the_teacher_is_confident() -> None:
    teacher = torch.tensor([[[2.0, -5], [-5.0, -5]]])
    moved = torch.zeros(1, 2, 4)
    moved[0, 1] = 1
    assert anchor_distance(teacher, moved, teacher, torch.zeros(1, 2, 4)) == 0
    moved[0, 0] = 1
    assert anchor_distance(teacher, moved, teacher, torch.zeros(1, 2, 4)) == pytest.approx(4 * (1 - 1 / 18))


def test_class_distance_is_the_divergence_of_a_worked_example() -> None:
    teacher, student = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.25, 0.75]]).log()
    expected = 0.5 * torch.log(torch.tensor(2.0)) + 0.5 * torch.log(torch.tensor(2 / 3))
    assert class_distance(student, teacher) == pytest.approx(float(expected), rel=1e-5)


def test_nothing_confident_gives_zero_with_a_gradient() -> None:
    deltas = torch.ones(3, 4, requires_grad=True)
    value = box_distance(deltas, torch.zeros(3, 4), torch.zeros(3, dtype=torch.bool))
    value.backward()
    assert value == 0 and deltas.grad is not None and torch.count_nonzero(deltas.grad) == 0
