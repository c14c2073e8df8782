"""What else the frames may be given to, to hold an enhancer against: other weights, other generators."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.detectors.fine_tuned import load_fine_tuned
from turbo_cli.detectors.running import detect_batch
from turbo_cli.enhancement.generator import load_generator
from turbo_cli.errors import TurboError

FINE_TUNED = "fine-tuned detector"
GENERATOR = "generator"

Reference = Callable[[Sequence[Frame]], list[Detections]]
"""Frames → the boxes of each, in its pixels."""

References = dict[tuple[str, str], Reference]
"""By kind and file name."""


def load_references(
    detector: SplitDetector, fine_tuned: Sequence[Path] = (), generators: Sequence[Path] = ()
) -> References:
    """fine_tuned: weights of `turbo weights fine-tune`. generators: files of `turbo train-gan`.

    Raises `TurboError` for a file of another detector, and two files of one name.
    """
    found: References = {}
    for path in fine_tuned:
        _add(found, FINE_TUNED, path, partial(detect_batch, load_fine_tuned(path, detector)))
    for path in generators:
        _add(found, GENERATOR, path, partial(load_generator(path, detector).detect, detector))
    return found


def _add(found: References, kind: str, path: Path, reference: Reference) -> None:
    if (kind, path.name) in found:
        raise TurboError(f"{path}: a second {path.name}, and rows are named by their files", "rename one")
    found[kind, path.name] = reference
