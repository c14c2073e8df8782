"""Conditions that come and go over a camera's frames, as weather and night do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CLEAN = "clean"


@dataclass(frozen=True)
class Spell:
    """One condition from frame `start` up to frame `stop` (not included).

    severity: at its height, 0…1. seed: fixes what it looks like.
    """

    condition: str
    start: int
    stop: int
    severity: float
    seed: int

    def severity_at(self, frame: int, fps: float) -> float:
        """It comes and goes within a second, and is plain to see in its first frame already."""
        inside = min(frame - self.start + 1, self.stop - frame) / max(fps, 1.0)
        return self.severity * min(1.0, 0.6 + 0.4 * inside)


def random_spells(
    frames: int, fps: float, conditions: Sequence[str], rng: np.random.Generator
) -> list[Spell]:
    """Spells of 4 to 14 seconds that fill all frames; clean ones lie between the others, if allowed."""
    others = [condition for condition in conditions if condition != CLEAN]
    clean = CLEAN in conditions and (not others or rng.random() < 0.45)
    spells: list[Spell] = []
    start = 0
    while start < frames:
        condition = CLEAN if clean else str(rng.choice(others))
        stop = start + max(1, round(float(rng.uniform(4, 14)) * fps))
        if frames - stop < 2 * fps:
            stop = frames
        spells.append(Spell(condition, start, stop, float(rng.uniform(0.35, 1)), int(rng.integers(2**31))))
        clean = not others or (CLEAN in conditions and not clean)
        start = stop
    return spells
