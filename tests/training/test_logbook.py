"""The log of a run: rows once each also after a crash, pictures, TensorBoard's events."""

import csv
import math
from pathlib import Path

import pytest
import torch
from PIL import Image

from turbo_cli.errors import TurboError
from turbo_cli.training.logbook import Logbook, read_losses


def rows(folder: Path) -> list[list[str]]:
    with (folder / "losses.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_a_resumed_run_replaces_the_rows_that_it_repeats(tmp_path: Path) -> None:
    crashed = Logbook(tmp_path / "log")
    for step in (1, 2, 3):
        crashed.losses(step, {"loss": step / 2})
    resumed = Logbook(tmp_path / "log")
    for step in (3, 4):
        resumed.losses(step, {"loss": float(step)})
    expected = [["step", "name", "value"], ["1", "loss", "0.5"], ["2", "loss", "1.0"]]
    assert rows(tmp_path / "log") == [*expected, ["3", "loss", "3.0"], ["4", "loss", "4.0"]]
    fresh = Logbook(tmp_path / "log")
    fresh.losses(1, {"loss": 9.0})
    assert rows(tmp_path / "log")[1:] == [["1", "loss", "9.0"]]


def test_frames_stand_above_what_became_of_them(tmp_path: Path) -> None:
    log = Logbook(tmp_path)
    log.strip(50, torch.zeros(2, 3, 4, 8), torch.ones(2, 3, 4, 8, dtype=torch.bfloat16))
    picture = Image.open(tmp_path / "step-000050.png")
    assert picture.size == (16, 8)
    assert [picture.getpixel((0, row)) for row in (0, 7)] == [(0, 0, 0), (255, 255, 255)]


def test_tensorboard_reads_the_losses_and_the_pictures(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log = Logbook(tmp_path)
    log.losses(1, {"d_frame": 0.5})
    log.losses(2, {"d_frame": 0.25})
    log.strip(2, torch.zeros(1, 3, 4, 8), torch.zeros(1, 3, 4, 8))
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(event.step, event.value) for event in events.Scalars("d_frame")] == [(1, 0.5), (2, 0.25)]
    assert [event.step for event in events.Images("frames")] == [2]


def test_losses_are_read_as_they_were_written(tmp_path: Path) -> None:
    log = Logbook(tmp_path / "log")
    log.losses(1, {"d": 0.5, "g": math.nan})
    log.losses(2, {"d": 0.25, "g": 1.0})
    assert read_losses(log.path) == {"d": [(1, 0.5), (2, 0.25)], "g": [(2, 1.0)]}


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ("step,loss\n", 1), ("step,name,value\n1,d,0.5\n2,d,low\n", 3)]
)
def test_losses_that_are_none_are_named(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "losses.csv"
    path.write_text(text)
    with pytest.raises(TurboError, match=rf"losses\.csv: line {line}: "):
        read_losses(path)
