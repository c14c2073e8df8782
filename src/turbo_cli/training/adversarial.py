"""The adversarial game of L_S1 (eq. 2, 3), as pure functions of discriminator logits."""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor

Objective = Literal["paper", "rals"]
"""`paper`: log-likelihood, non-saturating for G. `rals`: relativistic average least squares."""


def discriminator_loss(easy: Tensor, others: Tensor, objective: Objective) -> Tensor:
    """What D minimises: logits of real easy samples (N,) up, those of hard and generated ones (M,) down."""
    if objective == "rals":
        return _least_squares(easy, others, 1.0) + _least_squares(others, easy, -1.0)
    ups = F.softplus(-easy).mean() if len(easy) else easy.sum()
    downs = F.softplus(others).mean() if len(others) else others.sum()
    return ups + downs


def generator_loss(generated: Tensor, easy: Tensor, objective: Objective) -> Tensor:
    """What G minimises: its samples' logits (M,) up, as if they were easy (N,)."""
    if objective == "rals":
        return _least_squares(generated, easy, 1.0) + _least_squares(easy, generated, -1.0)
    # −log D(G(z)) in place of log(1 − D(G(z))): the same fixed point, but a gradient where D is sure.
    return F.softplus(-generated).mean() if len(generated) else generated.sum()


def _least_squares(logits: Tensor, others: Tensor, wanted: float) -> Tensor:
    """How far logits lie from `wanted` above the others' mean; 0 where there is nothing to compare."""
    if not len(logits) or not len(others):
        return 0 * (logits.sum() + others.sum())
    return (logits - others.mean() - wanted).square().mean() / 2
