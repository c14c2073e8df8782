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
from turbo_cli.enhancement.ladders import FrameBoxes, Ladder
from turbo_cli.progress import Track, untracked

VERSION = "2"


def detect_cached(
    dataset: Dataset, rows: Sequence[int], ladder: Ladder, batch_size: int = 8, track: Track = untracked
) -> dict[int, FrameBoxes]:
    """The boxes of some rows of the dataset, `batch_size` frames at a time; see `cached_boxes`."""
    found: dict[int, FrameBoxes] = {}
    starts = range(0, len(rows), batch_size)
    for start in track(starts, "detecting", len(starts)):
        batch = rows[start : start + batch_size]
        found |= zip(batch, cached_boxes([dataset.frame(row) for row in batch], ladder), strict=True)
    return found


def cached_boxes(frames: Sequence[Frame], ladder: Ladder) -> list[FrameBoxes]:
    """The boxes of a batch, from `boxes/` of the cache folder where they are known.

    A file there is named by the hash of the ladder's weights and input size and of the frame's pixels.
    """
    folder, content = cache_folder() / "boxes", _content(ladder)
    paths = [folder / _name(content, frame) for frame in frames]
    known = {path: boxes for path in paths if (boxes := _read(path))}
    missing = {path: frame for path, frame in zip(paths, frames, strict=True) if path not in known}
    if missing:
        for path, boxes in zip(missing, ladder.detect(list(missing.values())), strict=True):
            _write(path, boxes)
            known[path] = boxes
    return [known[path] for path in paths]


def _content(ladder: Ladder) -> str:
    """The same for ladders that give the same boxes."""
    return f"{ladder.base.weights_hash} {ladder.base.input_size} {ladder.levels}"


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
    except (OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile):
        return None  # RuntimeError: a damaged head says that it is encrypted, or by an unknown method
