"""Learning rates and weight averages over the steps of a run."""

import math
from typing import TypeVar

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

Module = TypeVar("Module", bound=nn.Module)

WARM_UP = 0.05
"""Share of the iterations in which the learning rate rises."""

AVERAGE_DECAY = 0.998


def learning_rate_factor(step: int, iterations: int) -> float:
    """Rises linearly to 1 over the warm-up, then falls along a cosine towards 0."""
    warm_up = max(1, round(iterations * WARM_UP))
    if step < warm_up:
        return (step + 1) / warm_up
    return (1 + math.cos(math.pi * (step - warm_up) / (iterations - warm_up))) / 2


def set_learning_rate(optimizer: Optimizer, learning_rate: float) -> None:
    """One rate for all parameters."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def moving_average(module: nn.Module) -> AveragedModel:
    """A copy of the module that follows it as an exponential moving average of its weights."""
    return AveragedModel(module, avg_fn=_moved, use_buffers=True)


def averaged_module(average: AveragedModel, kind: type[Module]) -> Module:
    """The averaged copy itself."""
    assert isinstance(average.module, kind)
    return average.module


def _moved(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """The exponential moving average, faster at first so that it forgets the initial weights."""
    decay = min(AVERAGE_DECAY, (1 + int(count)) / (10 + int(count)))
    return averaged * decay + current * (1 - decay)
