"""Signs that the adversarial game is over before it is won."""

from collections import deque
from dataclasses import dataclass, field

import torch
from torch import Tensor

WINDOW = 100
"""Iterations that a sign must hold."""

SATURATED_SHARE = 0.5


@dataclass
class CollapseWatch:
    """Follows D_f's accuracy and G's output; `verdict` is None while the game goes on."""

    accuracies: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    saturated: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def look(self, easy_logits: Tensor, other_logits: Tensor, generated: Tensor) -> None:
        """Take in one iteration: D_f's logits of easy frames and of all others, and G's pictures."""
        right = torch.cat([easy_logits > 0, other_logits <= 0])
        self.accuracies.append(float(right.float().mean()))
        self.saturated.append(float(((generated <= 0) | (generated >= 1)).float().mean()))

    @property
    def verdict(self) -> str | None:
        """What is wrong and what to try, once it has held for a whole window."""
        if len(self.accuracies) < WINDOW:
            return None
        accuracy = sum(self.accuracies) / WINDOW
        if accuracy > 0.995:
            return "D_f is right every time, so G learns nothing: lower --lr-discriminator"
        if abs(accuracy - 0.5) < 0.01:
            return "D_f only guesses: raise --lr-discriminator, or check that easy and hard frames differ"
        if sum(self.saturated) / WINDOW > SATURATED_SHARE:
            return "G's pictures are saturated: lower --learning-rate"
        return None
