"""The cells of the tables that show profiles; a letter behind a number says where it comes from."""

from dataclasses import dataclass

from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.profiling.profiles.comparing import Comparison, GainDifference, LatencyRatio
from turbo_cli.scheduling.profile import Profile

MARKS = {"measured": "", "estimated": "e", "published": "p", "assumed": "a"}

SHIFT = 0.005
"""AP by which a gain must have been drawn towards its neighbours' to be marked."""


@dataclass(frozen=True)
class Cells:
    """A table as text."""

    title: str
    header: list[str]
    rows: list[list[str]]


def profile_cells(profile: Profile) -> list[Cells]:
    """Milliseconds by piece and batch size, and points of AP by bucket and level for each reading."""
    times = {(str(row.piece), str(row.batch_size)): _time(row) for row in profile.latency_table.rows}
    gains = {(_reading(row), _bucket(row), _level(row)): _gain(row) for row in profile.accuracy_table.rows}
    return [_matrix("ms for a batch of", times), *_by_reading("gain in points of AP", gains)]


def comparison_cells(comparison: Comparison) -> list[Cells]:
    """Ratios of latencies, and differences of gains."""
    ratios = {(str(one.piece), str(one.batch_size)): _ratio(one) for one in comparison.latency}
    gains = {
        (_reading(one.first), _bucket(one.first), _level(one.first)): _difference(one)
        for one in comparison.gains
    }
    return [
        _matrix("second ÷ first, batch of", ratios),
        *_by_reading("second − first in points of AP", gains),
    ]


def legend(*profiles: Profile) -> list[str]:
    """What the marks in their cells mean; nothing where all is measured."""
    found = sorted({source for profile in profiles for source in sources(profile)})
    return [f"{MARKS[source]}: {source}, not measured" for source in found if MARKS[source]]


def sources(profile: Profile) -> list[str]:
    """Where its rows come from, in order of the alphabet."""
    times, gains = profile.latency_table.rows, profile.accuracy_table.rows
    return sorted({*(row.source for row in times), *(row.source for row in gains)})


def warnings_of(profile: Profile) -> list[str]:
    """What its metadata warn of."""
    tables = (profile.latency_table, profile.accuracy_table)
    told = [table.provenance.settings.get("warnings") for table in tables]
    return [str(warning) for warnings in told if isinstance(warnings, list) for warning in warnings]


def _matrix(title: str, cells: dict[tuple[str, str], str]) -> Cells:
    """Rows and columns in the order in which they come first."""
    rows, columns = (list(dict.fromkeys(place[axis] for place in cells)) for axis in (0, 1))
    lines = [[row, *(cells.get((row, column), "") for column in columns)] for row in rows]
    return Cells(title, columns, lines)


def _by_reading(title: str, cells: dict[tuple[str, str, str], str]) -> list[Cells]:
    return [
        _matrix(f"{title}, {name}", {place[1:]: cell for place, cell in cells.items() if place[0] == name})
        for name in dict.fromkeys(place[0] for place in cells)
    ]


def _time(row: PieceLatency) -> str:
    return f"{row.mean_ms:.2f}{MARKS[row.source]}"


def _gain(row: LevelGain) -> str:
    moved = row.raw_gain is not None and abs(row.gain - row.raw_gain) >= SHIFT
    if not row.level:
        return str(row.frames)
    return f"{100 * row.gain:+.1f} ±{100 * row.standard_error:.1f}{MARKS[row.source]}{'*' * moved}"


def _ratio(one: LatencyRatio) -> str:
    ratio = "–" if one.ratio is None else f"{one.ratio:.2f}"
    return ratio + "".join(dict.fromkeys(MARKS[row.source] for row in (one.first, one.second)))


def _difference(one: GainDifference) -> str:
    if not one.first.level:
        return f"{one.first.frames}, {one.second.frames}"
    marks = "".join(dict.fromkeys(MARKS[row.source] for row in (one.first, one.second)))
    return f"{100 * one.difference:+.1f} ±{100 * one.standard_error:.1f}{marks}"


def _reading(row: LevelGain) -> str:
    return "true θ" if row.reading == "true" else "predicted θ′"


def _bucket(row: LevelGain) -> str:
    return f"{row.difficulty_from:.1f}–{row.difficulty_to:.1f}"


def _level(row: LevelGain) -> str:
    return f"level {row.level}" if row.level else "frames"
