"""The two objectives of the adversarial game."""

import pytest
import torch

from turbo_cli.training.adversarial import Objective, discriminator_loss, generator_loss

OBJECTIVES: list[Objective] = ["paper", "rals"]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_discriminator_that_is_right_loses_less_than_one_that_guesses_or_is_wrong(
    objective: Objective,
) -> None:
    high, low, zero = torch.full((4,), 0.5), torch.full((6,), -0.5), torch.zeros(5)
    right = discriminator_loss(high, low, objective)
    guessing = discriminator_loss(zero, zero, objective)
    wrong = discriminator_loss(low, high, objective)
    assert right < guessing < wrong


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_generator_wants_its_samples_taken_for_easy(objective: Objective) -> None:
    easy = torch.zeros(4)
    generated = torch.full((3,), -1.0, requires_grad=True)
    generator_loss(generated, easy, objective).backward()
    assert generated.grad is not None and (generated.grad < 0).all()


def test_the_papers_objective_is_the_log_likelihood() -> None:
    easy, others = torch.tensor([0.3, -0.2]), torch.tensor([0.7])
    likelihood = torch.log(torch.sigmoid(easy)).mean() + torch.log(1 - torch.sigmoid(others)).mean()
    assert discriminator_loss(easy, others, "paper").item() == pytest.approx(-likelihood.item(), rel=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_no_instances_in_a_batch_is_no_loss(objective: Objective) -> None:
    nothing = torch.zeros(0, requires_grad=True)
    assert discriminator_loss(nothing, nothing, objective).item() == 0
    assert generator_loss(nothing, nothing, objective).item() == 0


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_instances_on_one_side_alone_give_numbers_and_gradients(objective: Objective) -> None:
    """A crowd of easy frames beside hard ones where the detector finds nothing, and the other way round."""
    some, nothing = torch.ones(3, requires_grad=True), torch.zeros(0, requires_grad=True)
    for loss in (discriminator_loss, generator_loss):
        for pair in ((some, nothing), (nothing, some)):
            value = loss(*pair, objective)
            assert torch.isfinite(value)
            gradients = torch.autograd.grad(value, pair, allow_unused=True)
            assert all(gradient is None or torch.isfinite(gradient).all() for gradient in gradients)
