"""From D_f's logit to θ′, the difficulty that it predicts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

FloatVector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """A falling step function through knots: the higher D_f's logit, the lower the difficulty.

    logits: (K,) strictly ascending. difficulties: (K,) descending, in [0, 1].
    """

    logits: FloatVector
    difficulties: FloatVector

    def __post_init__(self) -> None:
        if self.logits.shape != self.difficulties.shape or self.logits.ndim != 1 or len(self.logits) == 0:
            raise ValueError(f"expected equal (K,), got {self.logits.shape}, {self.difficulties.shape}")

    def predict(self, logits: FloatVector) -> FloatVector:
        """(N,) logits → (N,) θ′ in [0, 1], linear between knots, constant beyond them."""
        return np.interp(logits, self.logits, self.difficulties)


def fit_calibration(logits: FloatVector, difficulties: FloatVector) -> Calibration:
    """Isotonic regression of held-out frames' θ on D_f's logits; (N,) each, N ≥ 1.

    Each level of the fit becomes one knot at its frames' mean logit; θ′ moves between levels without steps.
    """
    distinct, owner, frames = np.unique(logits.astype(np.float64), return_inverse=True, return_counts=True)
    means = np.bincount(owner, weights=difficulties) / frames
    fitted = isotonic_regression(means, weights=frames, increasing=False)
    starts, ends = fitted.blocks[:-1], fitted.blocks[1:]
    knots = np.add.reduceat(distinct * frames, starts) / np.add.reduceat(frames, starts)
    # A mean rounded out of its block could tie with the next block's.
    knots = np.clip(knots, distinct[starts], distinct[ends - 1])
    return Calibration(knots, np.clip(fitted.x[starts], 0.0, 1.0))
