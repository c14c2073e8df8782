"""EfficientDet: the door to `efficientdet_split`, which needs the optional packages effdet and timm."""

import warnings
from pathlib import Path
from types import ModuleType

from turbo_cli.detectors.base import SplitDetector, freeze
from turbo_cli.detectors.checkpoint import load_checkpoint
from turbo_cli.detectors.pretrained import refuse_other_size
from turbo_cli.errors import TurboError, nearest

EFFDET_NAMES = {
    "efficientdet-d0": "tf_efficientdet_d0",
    "efficientdet-d4": "tf_efficientdet_d4",
    "efficientdet-d7": "tf_efficientdet_d7",
}
"""Turbo's name → effdet's; its weights were converted from the paper's own."""


def build(name: str, weights: Path | None, size: tuple[int, int] | None = None) -> SplitDetector:
    """The detector on the CPU, frozen; random weights (of the caller's seed) without a file.

    Raises `TurboError` if the extra is not installed, for a `size` that is not its own, or a file
    that does not fit.
    """
    split = _import_split()
    model = split.create_model(_effdet_name(name))
    height, width = model.config.image_size
    refuse_other_size(name, size, (width, height))
    if weights is not None:
        load_checkpoint(model, weights)
    detector: SplitDetector = split.SplitEfficientDet(name, model)
    return freeze(detector)


def weights_url(name: str) -> str:
    """Where effdet publishes the weights. Raises `TurboError` if the extra is not installed."""
    return str(_import_split().get_efficientdet_config(_effdet_name(name)).url)


def _effdet_name(name: str) -> str:
    if name not in EFFDET_NAMES:
        raise TurboError(f"no detector {name!r}", nearest(name, EFFDET_NAMES))
    return EFFDET_NAMES[name]


def _import_split() -> ModuleType:
    try:
        with warnings.catch_warnings():
            # effdet compiles some functions with torch.jit, which torch now discourages.
            warnings.simplefilter("ignore", FutureWarning)
            from turbo_cli.detectors import efficientdet_split
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("effdet", "timm", "omegaconf"):
            raise
        raise TurboError(
            f"EfficientDet needs the package {error.name}", "pip install 'turbo-cli[efficientdet]'"
        ) from error
    return efficientdet_split
