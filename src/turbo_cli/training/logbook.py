"""What a training writes on its way: losses as CSV, pictures before and after, and both for TensorBoard."""

import contextlib
import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from turbo_cli.artifacts.reading import readable
from turbo_cli.errors import TurboError

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

COLUMNS = ("step", "name", "value")
MADE_BY = "turbo train-gan --log"


class Logbook:
    """Rows of `losses.csv` (step, name, value) and pictures in a folder.

    Where the package tensorboard is installed, its event files lie beside them. Raises `TurboError` if the
    folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "losses.csv"
        self._begun = False
        self._events: SummaryWriter | None = None
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
            self.path.touch()

    def losses(self, step: int, terms: Mapping[str, float]) -> None:
        """Append one row a term. The first call drops the rows from `step` on that an earlier run left."""
        with self._writing():
            if not self._begun:
                self._begin(step)
            with self.path.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([(step, name, value) for name, value in terms.items()])
            if self._events:
                for name, value in terms.items():
                    self._events.add_scalar(name, value, step)
                self._events.flush()

    def strip(self, step: int, before: Tensor, after: Tensor) -> None:
        """Write frames (B, 3, H, W) in [0, 1] above what became of them as `step-000500.png`."""
        rows = [torch.cat(list(images.clamp(0, 1).cpu()), dim=2) for images in (before, after)]
        picture = (torch.cat(rows, dim=1).permute(1, 2, 0).float().numpy() * 255).round().astype(np.uint8)
        with self._writing():
            Image.fromarray(picture).save(self.folder / f"step-{step:06d}.png")
            if self._events:
                self._events.add_image("frames", picture, step, dataformats="HWC")
                self._events.flush()

    def _begin(self, step: int) -> None:
        kept = _rows_before(self.path, step)
        with self.path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *kept])
        self._events = _event_writer(self.folder, step)
        self._begun = True

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{self.folder}: cannot write the log: {error.strerror or error}"
            raise TurboError(message, "name another folder with --log") from error


def read_losses(path: Path) -> dict[str, list[tuple[int, float]]]:
    """Steps and values by the loss's name. Raises `TurboError` naming file and line."""
    losses: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    with readable(path, MADE_BY), path.open(newline="", encoding="utf-8", errors="replace") as file:
        reader = csv.reader(file)
        if next(reader, None) != [*COLUMNS]:
            raise TurboError(f"{path}: line 1: is not {','.join(COLUMNS)}", f"`{MADE_BY}` makes it anew")
        for row in reader:
            try:
                step, name, value = row
                losses[name].append((int(step), float(value)))
            except ValueError as error:
                problem = f"{path}: line {reader.line_num}: is not a step, a name and a number"
                raise TurboError(problem, f"`{MADE_BY}` makes it anew") from error
    return {
        name: [(step, value) for step, value in rows if math.isfinite(value)] for name, rows in losses.items()
    }


def _rows_before(path: Path, step: int) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [row for row in rows if len(row) == len(COLUMNS) and row[0].isdecimal() and int(row[0]) < step]


def _event_writer(folder: Path, step: int) -> "SummaryWriter | None":
    """TensorBoard's writer, which hides what an earlier run left from `step` on; None without the package."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "tensorboard":
            raise
        return None
    return SummaryWriter(str(folder), purge_step=step)
