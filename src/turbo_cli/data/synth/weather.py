"""The conditions that a scene can be in, and how each one lights it."""

from dataclasses import dataclass

import numpy as np

from turbo_cli.data.synth.camera import Array

CONDITIONS = ("clean", "dusk", "night", "fog", "rain", "low-resolution", "blur", "dirty-lens")
"""What a frame can have gone through; "clean" is plain day."""


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
