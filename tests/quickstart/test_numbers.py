"""What the two replays come to."""

import json
from pathlib import Path
from typing import Any

import pytest

from turbo_cli.errors import TurboError
from turbo_cli.quickstart.numbers import Numbers, read_numbers


def write_replay(path: Path, score: float, **counts: int) -> None:
    content: dict[str, Any] = {"frames": 100, "answered": 100, "dropped": 0, "late": 0}
    path.write_text(json.dumps({**content, **counts, "map": {"value": score, "low": 0, "high": 1}}))


def test_every_frame_without_boxes_in_time_is_a_miss(tmp_path: Path) -> None:
    write_replay(tmp_path / "replay-without.json", 0.25, dropped=50)
    write_replay(tmp_path / "replay-with.json", 0.5, answered=96, dropped=3, late=2)
    assert read_numbers(tmp_path) == Numbers(0.25, 0.5, misses_without=50, misses=9, frames=100)


@pytest.mark.parametrize(
    ("misses_without", "misses", "overloaded"),
    [(0, 0, False), (10, 10, False), (0, 11, True), (11, 0, True)],
)
def test_a_tenth_may_be_missed(misses_without: int, misses: int, overloaded: bool) -> None:
    assert Numbers(0.25, 0.5, misses_without, misses, frames=100).overloaded is overloaded


def test_a_replay_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TurboError, match=r"replay-without\.json: no such file"):
        read_numbers(tmp_path)
