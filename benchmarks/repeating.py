"""Faults that are counted over repetitions."""

import contextlib
import time
from collections.abc import Callable
from statistics import median

WITHIN_S = 60.0
"""What should happen does so by then, or the repetition has failed."""

Fault = Callable[[], object]
Rows = dict[str, list[object]]
"""What a table says of each fault: how often it went well, how long that took, and what else there is."""


def repeat(fault: Fault, repetitions: int) -> tuple[str, str]:
    """How often it went well, and how long that took."""
    took = []
    for _ in range(repetitions):
        begun = time.monotonic()
        with contextlib.suppress(AssertionError):
            fault()
            took.append(time.monotonic() - begun)
    return f"{len(took)} of {repetitions}", f"{median(took):.1f}, {max(took):.1f}" if took else "–"
