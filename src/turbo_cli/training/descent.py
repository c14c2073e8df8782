"""One step of an optimiser, refused where a number is not finite."""

import math

import torch
from torch import Tensor
from torch.optim import Optimizer

from turbo_cli.errors import TurboError
from turbo_cli.training.samples import Batch


def descend(
    optimizer: Optimizer, terms: dict[str, Tensor], batch: Batch, largest_gradient: float = math.inf
) -> None:
    """Move the optimiser's parameters down the sum of the loss terms; too long a gradient is shortened.

    Raises `TurboError` naming the first term that is NaN or infinite, or the gradient, and the frames of the
    batch; then no parameter has moved.
    """
    for name, term in terms.items():
        _require_finite(f"{name} loss", term, batch)
    optimizer.zero_grad()
    torch.stack(list(terms.values())).sum().backward()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    length = torch.nn.utils.clip_grad_norm_(parameters, largest_gradient)
    _require_finite("gradient", length, batch)
    optimizer.step()


def _require_finite(name: str, value: Tensor, batch: Batch) -> None:
    if not bool(torch.isfinite(value)):
        message = f"step {batch.step + 1}: the {name} is {value.item()} on {batch.frames}"
        raise TurboError(message, "lower --learning-rate, or look at these frames; the last checkpoint stays")
