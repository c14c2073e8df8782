"""Arrivals that are made up, and those of a trace."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from tests.simulation.profiles import PROVENANCE
from turbo_cli.artifacts import difficulty, rows, trace
from turbo_cli.artifacts.difficulty import FrameDifficulty
from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.errors import TurboError
from turbo_cli.simulation.arrivals import DAY_S, ArrivalKind, GeneratedArrivals, TracedArrivals
from turbo_cli.simulation.difficulties import Difficulties, find_draw
from turbo_cli.simulation.scenario import Scenario
from turbo_cli.simulation.sources import made_up_source

EVEN = Difficulties(find_draw("beta:1,1"))


def moments(kind: ArrivalKind, frames: int = 20_000) -> np.ndarray:
    arrivals = GeneratedArrivals(kind, frames, cameras=4, fps=10, difficulties=EVEN)
    return np.array([arrival.arrived_at_s for arrival in arrivals])


@pytest.mark.parametrize("kind", get_args(ArrivalKind))
def test_frames_come_in_order_at_about_the_rate_that_was_asked_for(kind: ArrivalKind) -> None:
    arrivals = list(GeneratedArrivals(kind, 20_000, cameras=4, fps=10, difficulties=EVEN))
    at_s = np.array([arrival.arrived_at_s for arrival in arrivals])
    assert (np.diff(at_s) >= 0).all()
    assert 20_000 / at_s[-1] == pytest.approx(40, rel=0.45)
    for camera in {arrival.camera for arrival in arrivals}:
        own = [arrival.index for arrival in arrivals if arrival.camera == camera]
        assert own == list(range(len(own)))


def test_kinds_differ_in_how_uneven_they_are() -> None:
    spread = {kind: np.bincount(moments(kind).astype(int)).var() for kind in get_args(ArrivalKind)}
    assert spread["constant"] < 1 < 20 < spread["poisson"] < 60 < spread["bursty"]


def test_a_day_has_a_night() -> None:
    a_tenth = np.bincount((moments("diurnal", 40_000) // (DAY_S / 10)).astype(int))[:10]
    assert a_tenth[4:6].min() > 3 * a_tenth[[0, 9]].max()


def test_each_iteration_is_the_same_and_seeds_differ() -> None:
    one, other = (GeneratedArrivals("poisson", 50, 2, 5, EVEN, seed) for seed in (1, 2))
    assert list(one) == list(one) != list(other)


def test_predictions_are_off_by_what_was_asked_for() -> None:
    true, predicted = Difficulties(find_draw("beta:5,5"), mispredict=0.1).draw(np.random.default_rng(0), 5000)
    assert np.std(np.subtract(predicted, true)) == pytest.approx(0.1, abs=0.01)
    assert min(predicted) >= 0 and max(predicted) <= 1


def test_difficulties_of_other_frames(tmp_path: Path) -> None:
    frames = (
        FrameDifficulty(camera="a", index=0, confidence=0.75, difficulty=0.25, rois=1, class_="easy"),
        FrameDifficulty(camera="a", index=1, rois=0, class_="empty"),
    )
    difficulty.write(tmp_path / "difficulty.csv", rows.Table(PROVENANCE, frames))
    draw = find_draw(str(tmp_path / "difficulty.csv"))
    assert set(draw(np.random.default_rng(0), 9)) == {0.25}


@pytest.mark.parametrize("text", ["beta", "beta:1", "beta:0,1", "beta:x,1", "beta:nan,1", "beta:inf,1"])
def test_a_distribution_that_is_none(text: str) -> None:
    with pytest.raises(TurboError, match="write beta:2,3"):
        find_draw(text)


def test_a_trace_gives_its_frames_back(tmp_path: Path) -> None:
    frames = (
        TracedFrame("a", 0, 0.5, True, "all", difficulty=0.5, predicted_difficulty=0.75),
        TracedFrame("a", 1, 0.5, False, "unchanged"),
        TracedFrame("b", 0, 0.625, True, difficulty=0.25),
    )
    trace.write(tmp_path / "trace.csv", rows.Table(PROVENANCE, frames))
    first, second, third = TracedArrivals(tmp_path / "trace.csv", EVEN)
    assert (first.difficulty, first.predicted_difficulty, first.sent) == (0.5, 0.75, True)
    assert (second.sent, second.reason) == (False, "unchanged")
    assert (third.difficulty, third.predicted_difficulty) == (0.25, 0.25)


def test_cameras_beyond_number_take_no_memory() -> None:
    arrivals = GeneratedArrivals("constant", 3, 10**15, 1e-9, EVEN)
    assert [arrival.camera for arrival in arrivals] == ["camera-000", "camera-001", "camera-002"]


def test_a_source_refuses_what_it_would_pass_over(tmp_path: Path) -> None:
    with pytest.raises(TurboError, match="add --dataset"):
        made_up_source("poisson", 9, EVEN, 0)(Scenario(pipeline="glimpse"))
    trace.write(tmp_path / "trace.csv", rows.Table(PROVENANCE, ()))
    with pytest.raises(TurboError, match="has its own cameras"):
        made_up_source(str(tmp_path / "trace.csv"), 9, EVEN, 0)(Scenario(cameras=2))


def test_nothing_to_make_up() -> None:
    with pytest.raises(TurboError, match="at least one frame"):
        GeneratedArrivals("poisson", 10, 0, 5, EVEN)
