"""What the levels cost and gain on the device."""

from collections import defaultdict
from pathlib import Path

from turbo_cli.pages.axis import scale
from turbo_cli.pages.chart import Line, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import Html, difference, joined, number
from turbo_cli.profiling.profiles.text import sources
from turbo_cli.reporting.section import Part, Section
from turbo_cli.scheduling.profile import Profile, load_profile


def draw_profile(folder: Path) -> Html:
    """Latency by batch and level; gain by θ and level."""
    profile = load_profile(folder / "profile")
    unmeasured = [source for source in sources(profile) if source != "measured"]
    note = f"{' and '.join(unmeasured).capitalize()}, not measured." if unmeasured else ""
    return joined([_latency(profile, note), _gains(profile, note)])


def _latency(profile: Profile, note: str) -> Html:
    rows = [row for row in profile.latency_table.rows if row.piece.startswith("level-")]
    by_level: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.piece, row.batch_size)):
        by_level[row.piece[-1]].append((row.batch_size, row.mean_ms))
    lines = [Line.through(points, level, f"level {level}") for level, points in by_level.items()]
    cells = [
        (
            row.piece,
            row.batch_size,
            *(number(ms, 1) for ms in (row.mean_ms, row.median_ms, row.p95_ms)),
            row.source,
        )
        for row in profile.latency_table.rows
    ]
    behind = table(("piece", "batch", "mean ms", "median", "p95", "source"), cells)
    across = scale("frames in the batch", [row.batch_size for row in rows])
    up = scale("ms for the whole batch", [row.mean_ms for row in rows])
    return figure("Latency by level", across, up, lines, behind, note)


def _gains(profile: Profile, note: str) -> Html:
    rows = [row for row in profile.accuracy_table.rows if row.reading == "true" and row.level]
    by_level: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.level, row.difficulty_from)):
        by_level[row.level].append(((row.difficulty_from + row.difficulty_to) / 2, 100 * row.gain))
    lines = [Line.through(points, str(level), f"level {level}") for level, points in by_level.items()]
    cells = []
    for row in rows:
        margin = 1.96 * row.standard_error
        gain = difference(row.gain, (row.gain - margin, row.gain + margin))
        bucket = f"{row.difficulty_from:.2f} – {row.difficulty_to:.2f}"
        cells.append((bucket, row.level, gain, row.frames, row.source))
    behind = table(("θ", "level", "gain", "frames", "source"), cells)
    up = scale("AP points over level 0", [100 * row.gain for row in rows])
    return figure("Gain by difficulty", scale("difficulty θ", (0, 1)), up, lines, behind, note)


SECTION = Section(
    "What the levels cost and gain",
    "The profile that plans are made by: how long a batch takes on this device, and how much each level adds"
    " to frames of each difficulty.",
    (
        Part(
            ("profile/latency.csv", "profile/accuracy.csv"),
            "turbo profile measure … --out RUN/profile",
            draw_profile,
        ),
    ),
)
