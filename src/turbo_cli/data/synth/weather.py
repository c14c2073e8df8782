"""Conditions that come and go in spells, and how each one lights the scene."""

from dataclasses import dataclass

import numpy as np

from turbo_cli.data.synth.camera import Array

CONDITIONS = ("clean", "dusk", "night", "fog", "rain", "low-resolution", "blur", "dirty-lens")
"""What a frame can have gone through; "clean" is plain day."""


@dataclass(frozen=True)
class Spell:
    """One condition from frame `start` up to frame `stop` (not included); `seed` fixes what it looks like."""

    condition: str
    start: int
    stop: int
    severity: float
    seed: int

    def severity_at(self, frame: int, fps: float) -> float:
        """It comes and goes within a second; already plain to see in its first frame."""
        inside = min(frame - self.start + 1, self.stop - frame) / max(fps, 1.0)
        return self.severity * min(1.0, 0.6 + 0.4 * inside)


def random_spells(
    frames: int, fps: float, conditions: tuple[str, ...], rng: np.random.Generator
) -> list[Spell]:
    """Spells of 4 to 14 seconds that fill all frames; clean ones lie between the others, if allowed."""
    others = [condition for condition in conditions if condition != "clean"]
    spells: list[Spell] = []
    clean = "clean" in conditions and (not others or rng.random() < 0.45)
    start = 0
    while start < frames:
        condition = "clean" if clean else str(rng.choice(others))
        stop = start + max(1, round(float(rng.uniform(4, 14)) * fps))
        if frames - stop < 2 * fps:
            stop = frames
        spells.append(Spell(condition, start, stop, float(rng.uniform(0.35, 1)), int(rng.integers(2**31))))
        clean = not others or ("clean" in conditions and not clean)
        start = stop
    return spells


@dataclass(frozen=True)
class Look:
    """How the scene is lit.

    sun: strength of direct light and of hard shadows. ambient: (3,) factor on everything that no lamp lights.
    lamps: 0…1, how brightly lamps burn. haze: 1/metres. air: (3,) colour of the haze. noise: sensor noise in
    grey levels.
    """

    sun: float
    ambient: Array
    lamps: float
    haze: float
    air: Array
    noise: float


def look_of(condition: str, severity: float, sunny: float) -> Look:
    """The light under a condition; `sunny` (0…1) is how clear the camera's plain day is."""
    day = np.array([1.0, 1.0, 1.0], np.float32)
    air = np.array([204, 208, 212], np.float32)
    if condition == "night":
        dark = np.array([0.19, 0.21, 0.28], np.float32) * (1.25 - 0.7 * severity)
        return Look(0.0, dark, 1.0, 0.0, air, 5 + 8 * severity)
    if condition == "dusk":
        dim = np.array([0.5, 0.43, 0.47], np.float32) * (1.2 - 0.55 * severity)
        return Look(0.0, dim, 0.55, 0.0, air, 3 + 4 * severity)
    if condition == "fog":
        return Look(0.0, day * 0.95, 0.35, 0.02 + 0.075 * severity**1.5, air, 2.0)
    if condition == "rain":
        return Look(0.0, day * (0.85 - 0.3 * severity), 0.4, 0.006 + 0.012 * severity, air * 0.75, 3.0)
    return Look(sunny, day, 0.0, 0.0, air, 1.5)
