"""What a training writes on its way: losses as CSV, pictures before and after."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from turbo_cli.errors import TurboError

COLUMNS = ("step", "name", "value")


class Logbook:
    """Rows of `losses.csv` (step, name, value) and pictures in a folder.

    start: the step that the run (re)starts from; rows of later steps, which a crash left, are dropped.
    Raises `TurboError` if the folder cannot be written.
    """

    def __init__(self, folder: Path, start: int) -> None:
        self.folder = folder
        self.path = folder / "losses.csv"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            kept = _rows_until(self.path, start)
            with self.path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([COLUMNS, *kept])
        except OSError as error:
            raise TurboError(f"{folder}: cannot write the log: {error.strerror}") from error

    def losses(self, step: int, terms: Mapping[str, float]) -> None:
        """Append one row a term."""
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([(step, name, value) for name, value in terms.items()])

    def strip(self, step: int, before: Tensor, after: Tensor) -> None:
        """Write frames (B, 3, H, W) in [0, 1] above what became of them as `step-000500.png`."""
        rows = [torch.cat(list(images.clamp(0, 1).cpu()), dim=2) for images in (before, after)]
        picture = (torch.cat(rows, dim=1).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        Image.fromarray(picture).save(self.folder / f"step-{step:06d}.png")


def _rows_until(path: Path, step: int) -> list[list[str]]:
    if not path.exists() or step == 0:
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [row for row in rows if len(row) == len(COLUMNS) and int(row[0]) <= step]
