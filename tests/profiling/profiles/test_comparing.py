"""Two profiles side by side, and the tables that show one: ratios, intervals, and where numbers come from."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.profiling.profiles.samples import write_profile
from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.profiling.profiles.chart import profile_chart, write_chart
from turbo_cli.profiling.profiles.comparing import compare_profiles
from turbo_cli.profiling.profiles.text import comparison_cells, legend, profile_cells, sources, warnings_of
from turbo_cli.scheduling.profile import Profile, load_profile


def slower(row: PieceLatency) -> PieceLatency | None:
    """Half as fast again, estimated for heads, and without batches of 8."""
    changed = replace(row, mean_ms=1.5 * row.mean_ms)
    if row.piece == "head":
        changed = replace(changed, source="estimated", interval_ms=None, runs=None)
    return changed if row.batch_size < 8 else None


def assumed(row: LevelGain) -> LevelGain:
    return replace(row, source="assumed", gain=row.gain / 2, raw_gain=None)


@pytest.fixture
def measured(tmp_path: Path) -> Profile:
    return load_profile(write_profile(tmp_path / "measured", warnings=("the device was busy",)))


@pytest.fixture
def guessed(tmp_path: Path) -> Profile:
    return load_profile(write_profile(tmp_path / "guessed", slower, assumed))


def test_ratios_with_intervals_and_differences_of_gains(measured: Profile, guessed: Profile) -> None:
    comparison = compare_profiles(measured, guessed)
    assert len(comparison.latency) == 14 * 3, "batches of 8 are in one of them only"
    for one in comparison.latency:
        assert one.ratio == pytest.approx(1.5)
        if one.piece == "head":
            assert one.interval is None
        else:
            assert one.interval == pytest.approx(math.hypot(0.1, 0.15) / one.first.mean_ms)
    [difference] = [
        one
        for one in comparison.gains
        if (one.first.reading, one.first.level, one.first.difficulty_from) == ("true", 5, 0.8)
    ]
    assert difference.difference == pytest.approx(-0.2)
    assert difference.standard_error == pytest.approx(0.01 * math.sqrt(2))


def test_a_profile_differs_from_itself_by_nothing(measured: Profile) -> None:
    comparison = compare_profiles(measured, measured)
    assert {one.ratio for one in comparison.latency} == {1}
    assert {one.difference for one in comparison.gains} == {0}
    assert (len(comparison.latency), len(comparison.gains)) == (56, 120)


def test_a_piece_that_takes_no_time_has_no_ratio(measured: Profile, tmp_path: Path) -> None:
    def change(row: PieceLatency) -> PieceLatency:
        return replace(row, mean_ms=0) if row.piece == "discriminator" else row

    nothing = load_profile(write_profile(tmp_path / "nothing", change))
    assert compare_profiles(nothing, measured).latency[0].ratio is None
    assert comparison_cells(compare_profiles(nothing, measured))[0].rows[0][1] == "–"


def test_tables_mark_what_was_not_measured(measured: Profile, guessed: Profile) -> None:
    times, true, _ = profile_cells(measured)
    assert times.header == ["1", "2", "4", "8"]
    assert times.rows[1] == ["encode", "4.00", "5.00", "7.00", "11.00"]
    assert true.rows[8] == ["0.8–0.9", "13", *(f"{8 * level:+.1f} ±1.0" for level in range(1, 6))]
    assert true.rows[3][2] == "+3.0 ±1.0*", "shrunk by two points"
    times, true, _ = profile_cells(guessed)
    assert times.rows[1][1] == "6.00" and times.rows[2][1] == "7.50e"
    assert all(cell.endswith("a") for row in true.rows for cell in row[2:])
    ratios, differences, _ = comparison_cells(compare_profiles(measured, guessed))
    assert ratios.rows[1][1] == "1.50" and ratios.rows[2][1] == "1.50e"
    assert differences.rows[8][6] == "-20.0 ±1.4a"


def test_sources_and_warnings_are_told(measured: Profile, guessed: Profile) -> None:
    assert (sources(measured), legend(measured)) == (["measured"], [])
    assert sources(guessed) == ["assumed", "estimated", "measured"]
    assert legend(measured, guessed) == ["a: assumed, not measured", "e: estimated, not measured"]
    assert warnings_of(measured) == ["the device was busy"] * 2 and warnings_of(guessed) == []


def test_the_picture_shows_every_level_and_differs_with_the_profile(
    measured: Profile, guessed: Profile, tmp_path: Path
) -> None:
    write_chart(tmp_path / "profile.png", measured, "small")
    drawn = Image.open(tmp_path / "profile.png").convert("RGB")
    assert drawn.size == (1200, 520)
    assert drawn.tobytes() == profile_chart(measured, "small").tobytes()
    assert drawn.tobytes() != profile_chart(guessed, "small").tobytes()
    colors = {color for _, color in drawn.crop((60, 100, 580, 450)).getcolors(1 << 16) or []}
    assert {(0x8F, 0xC1, 0xE3), (0xD9, 0x60, 0x3B)} <= colors, "lines of levels 1 and 5"
