"""The easy and the hard frames of a dataset, as `difficulty.csv` has them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from turbo_cli.artifacts import difficulty
from turbo_cli.data import Dataset
from turbo_cli.data.selection import Selection
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.errors import TurboError

HELD_OUT_SHARE = 0.1


@dataclass(frozen=True)
class FrameClasses:
    """Frames to train on, and a tenth of each class that D_f is judged on and never sees."""

    easy: Selection
    hard: Selection
    held_out_easy: Selection
    held_out_hard: Selection


def read_frame_classes(path: Path, dataset: Dataset, detector: SplitDetector, seed: int) -> FrameClasses:
    """Read the classes that `turbo label-difficulty` gave.

    Raises `TurboError` for a table of another detector, a frame that the table lacks, and if there are
    fewer than two hard or two easy frames.
    """
    table = difficulty.stream(path, detector.name, detector.weights_hash)
    class_of = {(row.camera, row.index): row.class_ for row in table}
    rows: dict[str, list[int]] = {"easy": [], "hard": [], "empty": []}
    for row, info in enumerate(dataset.frames):
        key = (info.camera, info.index)
        if key not in class_of:
            raise TurboError(
                f"{path}: has no row for frame {info.index} of camera {info.camera!r} of {dataset.path}",
                "run `turbo label-difficulty` on this dataset",
            )
        rows[class_of[key]].append(row)
    for name in ("easy", "hard"):
        if len(rows[name]) < 2:
            raise TurboError(
                f"{path}: {len(rows[name])} {name} frames of {len(dataset)}; stage one needs both kinds",
                "choose another --hard-threshold or --hard-quantile in `turbo label-difficulty`",
            )
    random = np.random.default_rng(seed)
    (easy, held_out_easy), (hard, held_out_hard) = (
        _hold_out(dataset, rows[name], random) for name in ("easy", "hard")
    )
    return FrameClasses(easy, hard, held_out_easy, held_out_hard)


def _hold_out(dataset: Dataset, rows: list[int], random: np.random.Generator) -> tuple[Selection, Selection]:
    count = max(1, round(len(rows) * HELD_OUT_SHARE))
    chosen = set(random.choice(rows, count, replace=False).tolist())
    kept = tuple(row for row in rows if row not in chosen)
    return Selection(dataset, kept), Selection(dataset, tuple(sorted(chosen)))
