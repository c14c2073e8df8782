"""`latency.csv`, measured and estimated, from a small enhancer to the file and back."""

import warnings
from pathlib import Path

import pytest

from tests.profiling.streets import make_enhancer, make_ladder, make_streets
from turbo_cli.artifacts import latency
from turbo_cli.artifacts.latency import LatencyTable
from turbo_cli.data import Dataset
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.profiling.hardware import HARDWARE
from turbo_cli.profiling.latency_tables import make_latency_table
from turbo_cli.profiling.targets import Target, find_target
from turbo_cli.scheduling.latency import PIECES, latency_profile

CPU = Target("cpu")


@pytest.fixture
def streets(tmp_path: Path) -> Dataset:
    return make_streets(tmp_path / "streets")


def _make(streets: Dataset, target: Target, max_seconds: float = 0.02) -> LatencyTable:
    ladder = make_ladder(streets.path.parent, trained=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TurboWarning)  # whatever else this machine does meanwhile
        return make_latency_table(ladder, streets, target, max_batch=3, max_seconds=max_seconds)


def test_measured_rows_are_whole_and_can_be_planned_by(streets: Dataset, tmp_path: Path) -> None:
    latency.write(tmp_path / "latency.csv", _make(streets, CPU))
    table = latency.read(tmp_path / "latency.csv", "small", make_enhancer(False).detector.weights_hash)
    assert {(row.piece, row.batch_size) for row in table.rows} == {(p, n) for p in PIECES for n in (1, 2, 3)}
    for row in table.rows:
        assert row.source == "measured" and row.runs is not None and row.runs >= 2
        assert row.interval_ms is not None and row.p95_ms is not None and row.p95_ms > 0
    profile = latency_profile(table.rows)
    assert profile.ms("level-5", 3) > profile.ms("level-0", 3) > profile.ms("head", 1) > 0
    settings = table.provenance.settings
    assert settings["input_size"] == [64, 32] and settings["levels"] == "enhancer"
    assert settings["device"] == "cpu" and settings["interpolation"] is None
    assert isinstance(settings["disturbance"], dict) and settings["disturbance"]["held_up"] is not None
    assert "labels.json" in table.provenance.parents


def test_what_disturbs_is_warned_of_and_stands_in_the_metadata(
    streets: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("turbo_cli.profiling.disturbance.OTHER_CORES", -1.0)
    with pytest.warns(TurboWarning, match="latencies may be wrong: other processes kept"):
        ladder = make_ladder(streets.path.parent, trained=True)
        table = make_latency_table(ladder, streets, CPU, max_batch=1, max_seconds=0.01)
    assert isinstance(complaints := table.provenance.settings["warnings"], list)
    assert any("other processes" in str(complaint) for complaint in complaints)


def test_estimated_rows_say_so_and_are_the_same_every_time(streets: Dataset) -> None:
    target = find_target("t4", estimate=True)
    table, again = _make(streets, target), _make(streets, target)
    assert table.rows == again.rows
    assert {(row.source, row.runs) for row in table.rows} == {("estimated", None)}
    assert table.provenance.settings["efficiency"] == 0.878
    faster = latency_profile(_make(streets, find_target("h200", estimate=True)).rows)
    slower = latency_profile(table.rows)
    assert all(faster.ms(piece, 3) <= slower.ms(piece, 3) for piece in PIECES)
    assert all(slower.ms(piece, 3) >= slower.ms(piece, 1) for piece in PIECES)


def test_targets() -> None:
    assert find_target("cpu", estimate=False) == CPU
    assert find_target("auto", estimate=False).hardware is None
    assert find_target("v100", estimate=True) == Target("cpu", HARDWARE["v100"])


@pytest.mark.parametrize(
    ("gpu", "estimate", "problem"),
    [
        ("t4", False, "--gpu t4: that hardware is not here to be measured (add --estimate"),
        ("v10", True, "unknown --gpu 'v10' (did you mean 'v100'?)"),
        ("cpi", False, "unknown --gpu 'cpi' (did you mean 'cpu'?)"),
        ("cuda:99", False, "device cuda:99:"),
        ("cpu", True, "no published peaks of 'cpu'"),
        ("mps", False, "unknown --gpu 'mps'"),
    ],
)
def test_what_cannot_be_measured_or_estimated(gpu: str, estimate: bool, problem: str) -> None:
    with pytest.raises(TurboError) as caught:
        find_target(gpu, estimate)
    assert problem in str(caught.value)
