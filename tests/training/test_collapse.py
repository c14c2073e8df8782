"""Signs of a lost game."""

import pytest
import torch

from turbo_cli.training.collapse import WINDOW, CollapseWatch

PICTURES = torch.full((2, 3, 4, 4), 0.5)


def watched(easy: list[float], hard: list[float], pictures: torch.Tensor = PICTURES) -> CollapseWatch:
    watch = CollapseWatch()
    for _ in range(WINDOW):
        watch.look(torch.tensor(easy), torch.tensor(hard), pictures)
    return watch


@pytest.mark.parametrize(
    ("easy", "hard", "sign"),
    [([1.0, 2.0], [-1.0, -2.0], "right every time"), ([1.0, -1.0], [1.0, -1.0], "only guesses")],
)
def test_pinned_accuracy_is_reported(easy: list[float], hard: list[float], sign: str) -> None:
    assert sign in (watched(easy, hard).verdict or "")


def test_saturated_pictures_are_reported() -> None:
    assert "saturated" in (watched([1.0, -1.0], [-1.0, -2.0], torch.ones(2, 3, 4, 4)).verdict or "")


def test_a_game_that_goes_on_and_a_short_one_are_left_alone() -> None:
    assert watched([1.0, -1.0], [-1.0, -2.0]).verdict is None
    watch = CollapseWatch()
    watch.look(torch.tensor([1.0]), torch.tensor([-1.0]), PICTURES)
    assert watch.verdict is None
