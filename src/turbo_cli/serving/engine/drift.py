"""Whether D_f still tells hard frames from easy ones: its θ′ against the detector's own θ afterwards."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from turbo_cli.serving.engine.status import Drift

SAMPLE = 10
"""Where detection comes first, D_f looks at one window in so many, for this alone."""

LEAST_FRAMES = 30
MEMORY = 1 / LEAST_FRAMES
"""Weight of the newest frame."""

MOST_ERROR = 0.2
"""Mean absolute error from which D_f is taken to be wrong about a camera."""

_log = logging.getLogger(__name__)


@dataclass
class _Errors:
    frames: int = 0
    mean: float = 0.0
    absolute: float = 0.0

    def add(self, error: float) -> None:
        self.frames += 1
        weight = max(MEMORY, 1 / self.frames)
        self.mean += weight * (error - self.mean)
        self.absolute += weight * (abs(error) - self.absolute)

    @property
    def drifting(self) -> bool:
        return self.frames >= LEAST_FRAMES and self.absolute > MOST_ERROR


class DriftWatch:
    """Compares, camera by camera, and warns once when it goes wrong."""

    def __init__(self) -> None:
        self._cameras: dict[str, _Errors] = {}

    def compare(self, camera: str, predicted: float, true: float) -> None:
        """One frame's θ′ and θ."""
        errors = self._cameras.setdefault(camera, _Errors())
        before = errors.drifting
        errors.add(predicted - true)
        if errors.drifting and not before:
            _log.warning(
                "camera %s: D_f's difficulties are off by %.2f on average: new scene, new weather?"
                " fine-tune it with `turbo train-gan --only-discriminator` on frames of --collect",
                camera,
                errors.absolute,
            )

    def drifting(self, cameras: Iterable[str]) -> set[str]:
        """Those of these cameras on which D_f is wrong."""
        return {name for name in cameras if name in self._cameras and self._cameras[name].drifting}

    def forget(self, camera: str) -> None:
        """A camera has gone."""
        self._cameras.pop(camera, None)

    def states(self) -> tuple[Drift, ...]:
        """What is known, by camera."""
        return tuple(
            Drift(camera, errors.mean, errors.absolute, errors.frames, errors.drifting)
            for camera, errors in sorted(self._cameras.items())
        )
