"""`turbo profile show|diff|check` from the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import RunTurbo
from tests.profiling.profiles.samples import write_profile
from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import PieceLatency


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    return write_profile(tmp_path / "measured", warnings=("the device was busy",))


def falling(row: PieceLatency) -> PieceLatency:
    return replace(row, mean_ms=1.0) if row.piece == "head" and row.batch_size > 2 else row


def assumed(row: LevelGain) -> LevelGain:
    return replace(row, source="assumed")


def test_show_prints_tables_sources_and_warnings_and_draws(
    measured: Path, tmp_path: Path, turbo: RunTurbo
) -> None:
    finished = turbo("profile", "show", measured, "--plot", tmp_path / "profile.png")
    assert finished.status == 0, finished.err
    lines = finished.out.splitlines()
    assert any(line.split() == ["encode", "4.00", "5.00", "7.00", "11.00"] for line in lines)
    assert "warning: the device was busy" in lines
    assert "not measured" not in finished.out
    assert Image.open(tmp_path / "profile.png").size == (1200, 520)


def test_show_says_what_is_assumed(tmp_path: Path, turbo: RunTurbo) -> None:
    folder = write_profile(tmp_path / "guess", change_gain=assumed)
    assert "a: assumed, not measured" in turbo("profile", "show", folder).out
    content = json.loads(turbo("profile", "show", folder, "--json").out)
    assert content["sources"] == ["assumed", "measured"]
    assert (len(content["latency"]), len(content["accuracy"])) == (56, 120)
    assert {row["source"] for row in content["accuracy"]} == {"assumed"}


def test_diff_prints_ratios(measured: Path, tmp_path: Path, turbo: RunTurbo) -> None:
    other = write_profile(tmp_path / "other", falling, assumed)
    finished = turbo("profile", "diff", measured, other)
    assert finished.status == 0, finished.err
    lines = [line.split() for line in finished.out.splitlines()]
    assert ["head", "1.00", "1.00", "0.12", "0.08"] in lines
    content = json.loads(turbo("profile", "diff", measured, other, "--json").out)
    assert content["latency"][0]["ratio"] == 1
    assert content["gains"][0]["second"]["source"] == "assumed"


def test_check_is_status_0_for_good_profiles_and_2_for_odd_ones(
    measured: Path, tmp_path: Path, turbo: RunTurbo
) -> None:
    good = turbo("profile", "check", measured)
    assert (good.status, good.err) == (0, "")
    assert good.out.splitlines() == [f"{measured}: ok", *["  warning: the device was busy"] * 2]
    odd = write_profile(tmp_path / "odd", falling)
    finished = turbo("profile", "check", measured, odd)
    assert finished.status == 2
    assert f"{odd}/latency.csv: row 11, column mean_ms: head takes 1 ms for 4 frames" in finished.err
    assert finished.err.count("\n") == 1
    printed = turbo("profile", "check", measured, odd, "--json")
    content = json.loads(printed.out)
    assert printed.status == 2 and content[str(measured)]["oddities"] == []
    assert content[str(odd)]["oddities"][0]["row"] == 11


@pytest.mark.parametrize("command", ["show", "check"])
def test_no_profile_is_one_line(command: str, turbo: RunTurbo) -> None:
    finished = turbo("profile", command, "t4/nothing")
    assert (finished.status, finished.out) == (2, "")
    assert finished.err.startswith("error: t4/nothing: no such folder, and no shipped profile")
