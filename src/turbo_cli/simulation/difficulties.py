"""Where difficulties come from if no detector says them: a distribution, or those of other frames."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from turbo_cli.artifacts import difficulty
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.gains import FloatArray


class Draw(Protocol):
    """Draws so many difficulties in [0, 1]."""

    def __call__(self, random: np.random.Generator, count: int) -> FloatArray: ...


@dataclass(frozen=True, eq=False)
class Difficulties:
    """θ from `true`, and θ′ beside it: θ with normal noise of deviation `mispredict`, kept in [0, 1]."""

    true: Draw
    mispredict: float = 0.0

    def draw(self, random: np.random.Generator, count: int) -> tuple[list[float], list[float]]:
        """θ and θ′ of so many frames."""
        true = self.true(random, count)
        guess = true
        if self.mispredict:
            guess = np.clip(true + random.normal(0, self.mispredict, count), 0, 1)
        return true.tolist(), guess.tolist()


def find_draw(text: str) -> Draw:
    """`beta:A,B`, or the path of a `difficulty.csv`, whose frames are drawn from. Raises `TurboError`."""
    kind, _, parameters = text.partition(":")
    if kind == "beta":
        return _beta(text, parameters)
    rows = difficulty.read(Path(text)).rows
    known = np.array([row.difficulty for row in rows if row.difficulty is not None])
    if not known.size:
        raise TurboError(f"{text}: has no frame with a difficulty", "name another table, or beta:2,3")
    return lambda random, count: random.choice(known, count)


def _beta(text: str, parameters: str) -> Draw:
    try:
        a, b = (float(value) for value in parameters.split(","))
        if not (0 < a < math.inf and 0 < b < math.inf):
            raise ValueError
    except ValueError as error:
        raise TurboError(f"difficulties {text!r}: not beta:A,B with A, B > 0", "write beta:2,3") from error
    return lambda random, count: random.beta(a, b, count)
