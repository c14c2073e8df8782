"""What `turbo profile check` finds odd though it can be read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.profiling.profiles.samples import LATENCY, write_profile
from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.profiling.profiles.checking import find_oddities
from turbo_cli.scheduling.profile import load_profile


def oddities(folder: Path, **changes: Any) -> list[str]:
    return [str(oddity) for oddity in find_oddities(load_profile(write_profile(folder, **changes)))]


def test_a_plausible_profile_has_none(tmp_path: Path) -> None:
    assert oddities(tmp_path) == []


def test_a_batch_that_is_quicker_than_a_smaller_one(tmp_path: Path) -> None:
    def with_time(mean_ms: float) -> list[str]:
        def change(row: PieceLatency) -> PieceLatency:
            return replace(row, mean_ms=mean_ms) if (row.piece, row.batch_size) == ("encode", 4) else row

        return oddities(tmp_path, change_time=change)

    smaller = next(row.mean_ms for row in LATENCY if (row.piece, row.batch_size) == ("encode", 2))
    assert with_time(smaller - 0.15) == [], "the two intervals of 0.1 ms explain it"
    [found] = with_time(smaller - 0.5)
    assert found == "latency.csv: row 7, column mean_ms: encode takes 4.5 ms for 4 frames, 5 ms for 2"
    assert with_time(0)[0] == "latency.csv: row 7, column mean_ms: encode takes no time"


def test_a_batch_size_that_only_other_pieces_have(tmp_path: Path) -> None:
    def change(row: PieceLatency) -> PieceLatency | None:
        return None if (row.piece, row.batch_size) == ("level-3", 4) else row

    assert oddities(tmp_path, change_time=change) == [
        "latency.csv: column batch_size: level-3 has no 4, other pieces have"
    ]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"standard_error": 0.0}, "row 24, column standard_error: is 0 though the gain was measured"),
        ({"frames": 77}, "row 24, column frames: is 77, other levels of the bucket have another number"),
    ],
)
def test_an_odd_gain(changed: dict[str, float], problem: str, tmp_path: Path) -> None:
    def change(row: LevelGain) -> LevelGain:
        odd = (row.reading, row.difficulty_from, row.level) == ("true", 0.3, 2)
        return replace(row, **changed) if odd else row  # type: ignore[arg-type]

    assert oddities(tmp_path, change_gain=change) == [f"accuracy.csv: {problem}"]


def test_level_0_and_frames_missing_from_one_reading(tmp_path: Path) -> None:
    def change(row: LevelGain) -> LevelGain | None:
        if row.reading == "true" and row.difficulty_from == 0.9:
            return replace(row, frames=row.frames + 1) if row.level else None
        return row

    assert oddities(tmp_path, change_gain=change) == [
        "accuracy.csv: column level: level 0 is missing for reading 'true', difficulty_from 0.9",
        "accuracy.csv: column frames: reading 'true' has 96 in all, 'predicted' 95",
    ]


def test_buckets_of_another_width(tmp_path: Path) -> None:
    def change(row: LevelGain) -> LevelGain | None:
        if row.difficulty_from == 0.4:
            return replace(row, difficulty_to=0.6)
        return None if row.difficulty_from == 0.5 else row

    found = oddities(tmp_path, change_gain=change)
    assert len(found) == 12
    assert all("column difficulty_to: the bucket is not 0.1 wide" in line for line in found)


def test_gains_that_are_assumed_need_no_error_and_no_frames(tmp_path: Path) -> None:
    def change(row: LevelGain) -> LevelGain:
        return replace(row, source="assumed", standard_error=0.0, frames=0, raw_gain=None)

    assert oddities(tmp_path, change_gain=change) == []
