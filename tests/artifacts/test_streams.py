"""Difficulty of any number of frames goes through little memory."""

import tracemalloc
from pathlib import Path

from tests.artifacts.samples import PROVENANCE
from turbo_cli.artifacts import difficulty
from turbo_cli.artifacts.difficulty import FrameDifficulty


def _peak_bytes(path: Path, frames: int) -> int:
    tracemalloc.start()
    with difficulty.writing(path, PROVENANCE) as writer:
        for index in range(frames):
            writer.append(
                FrameDifficulty(
                    camera="a", index=index, confidence=0.5, difficulty=0.5, rois=index % 9, class_="hard"
                )
            )
    assert sum(row.rois for row in difficulty.stream(path)) == sum(index % 9 for index in range(frames))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_number_of_frames(tmp_path: Path) -> None:
    few, many = (_peak_bytes(tmp_path / "difficulty.csv", frames) for frames in (2_000, 40_000))
    assert many < few + 100_000


def test_a_stream_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "difficulty.csv"
    _peak_bytes(path, 10)
    rows = difficulty.stream(path, "tiny")
    assert list(rows) == list(rows) and len(list(rows)) == 10
