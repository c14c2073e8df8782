"""From a detector's name to the detector."""

from pathlib import Path

from turbo_cli.detectors.base import SplitDetector


def load_detector(
    name: str,
    weights: str | Path | None = None,
    device: str = "cpu",
    size: tuple[int, int] | None = None,
) -> SplitDetector:
    """Build a frozen detector by name, or by `package.module:factory` for a plug-in.

    weights: a file; else the one in the cache (`turbo weights`). size: (width, height) of the input,
    darknet family only. Raises `TurboError` for an unknown name, weights that are missing or belong to
    another architecture, or a device that is absent.
    """
    raise NotImplementedError(name, weights, device, size)
