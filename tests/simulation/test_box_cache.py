"""Boxes on disk, and what becomes of them when the disk damages them."""

from pathlib import Path

import numpy as np
import pytest

from turbo_cli.boxes import Detections
from turbo_cli.data.images import Frame
from turbo_cli.enhancement.ladders import FrameBoxes
from turbo_cli.simulation import box_cache
from turbo_cli.simulation.box_cache import cached_boxes


class Ladder:
    """One way of detecting, whose boxes are all alike; counts how often it is asked."""

    levels = "levels"

    def __init__(self) -> None:
        self.base = self
        self.weights_hash, self.input_size, self.asked = "hash", (8, 8), 0

    def detect(self, frames: list[Frame]) -> list[FrameBoxes]:
        self.asked += 1
        boxes = Detections(np.ones((2, 4), np.float32), np.ones(2, np.float32), np.ones(2, np.int64))
        return [FrameBoxes((boxes,) * 6, 0.5) for _ in frames]


def test_whatever_bit_is_turned_the_frame_is_detected_anew_or_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_cache, "cache_folder", lambda: tmp_path)
    ladder, frames = Ladder(), [np.zeros((8, 8, 3), np.uint8)]
    cached_boxes(frames, ladder)  # type: ignore[arg-type]
    cached_boxes(frames, ladder)  # type: ignore[arg-type]
    assert ladder.asked == 1
    (path,) = tmp_path.glob("boxes/*/*.npz")
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        (found,) = cached_boxes(frames, ladder)  # type: ignore[arg-type]
        assert len(found.levels) == 6 and found.predicted_difficulty == 0.5
    assert ladder.asked > len(whole) / 2
