"""Boxes at every level, kept on disk: a frame is detected once for all sweeps."""

import hashlib
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.data.images import Frame
from turbo_cli.detectors.store import cache_folder
from turbo_cli.progress import Track, untracked
from turbo_cli.simulation.ladders import FrameBoxes, Ladder

VERSION = "2"


def detect_cached(
    dataset: Dataset, rows: Sequence[int], ladder: Ladder, batch_size: int = 8, track: Track = untracked
) -> dict[int, FrameBoxes]:
    """The boxes of some rows of the dataset, from `boxes/` of the cache folder where they are known.

    A file there is named by the hash of the ladder's weights and of the frame's pixels.
    """
    folder, content = cache_folder() / "boxes", ladder.content
    found: dict[int, FrameBoxes] = {}
    starts = range(0, len(rows), batch_size)
    for start in track(starts, "detecting", len(starts)):
        frames = {row: dataset.frame(row) for row in rows[start : start + batch_size]}
        paths = {row: folder / _name(content, frame) for row, frame in frames.items()}
        known = {row: boxes for row, path in paths.items() if (boxes := _read(path))}
        missing = [row for row in paths if row not in known]
        if missing:
            detected = ladder.detect([frames[row] for row in missing])
            known |= zip(missing, detected, strict=True)
            for row in missing:
                _write(paths[row], known[row])
        found |= known
    return found


def _name(content: str, frame: Frame) -> str:
    digest = hashlib.sha256(f"{VERSION} {content} {frame.shape}".encode())
    digest.update(frame.tobytes())
    name = digest.hexdigest()
    return f"{name[:2]}/{name}.npz"


def _write(path: Path, boxes: FrameBoxes) -> None:
    with replacing_file(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            counts=np.array([len(found) for found in boxes.levels]),
            boxes=np.concatenate([found.boxes_xyxy for found in boxes.levels]),
            scores=np.concatenate([found.scores for found in boxes.levels]),
            category_ids=np.concatenate([found.category_ids for found in boxes.levels]),
            predicted_difficulty=np.array(boxes.predicted_difficulty, np.float64),  # NaN for None
        )


def _read(path: Path) -> FrameBoxes | None:
    """None where there is no such file, or a damaged one: the frame is detected anew."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            ends = stored["counts"].cumsum()[:-1]
            parts = (np.split(stored[name], ends) for name in ("boxes", "scores", "category_ids"))
            levels = tuple(Detections(*columns) for columns in zip(*parts, strict=True))
            predicted = float(stored["predicted_difficulty"])
            return FrameBoxes(levels, None if math.isnan(predicted) else predicted)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile):
        return None
