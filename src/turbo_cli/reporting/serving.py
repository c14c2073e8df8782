"""How serving went: replays without and with the enhancer, and the service's own records."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turbo_cli.artifacts.reading import read_json
from turbo_cli.pages.axis import names, scale, span
from turbo_cli.pages.chart import Bars, Line, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import UNKNOWN, Html, joined, number, points
from turbo_cli.profiling.bootstrap import Interval
from turbo_cli.reporting.levels import levels_figure
from turbo_cli.reporting.section import Part, Section
from turbo_cli.scheduling.gains import LEVELS, FloatArray
from turbo_cli.serving.replay.report import ReplayReport
from turbo_cli.serving.results.ndjson import read_records

WITHOUT, WITH = "replay-without.json", "replay-with.json"
WAYS = {"without Turbo": "plain", "with Turbo": "turbo"}
STEPS = 40
NOTHING = Interval(math.nan, math.nan, math.nan)


def read_replay(path: Path) -> ReplayReport:
    """Raises `TurboError` naming file and key."""
    return read_json(path, ReplayReport, "turbo replay --json")


def draw_replays(folder: Path) -> Html:
    """Scores with intervals, and latencies, of both replays beside each other."""
    replays = [read_replay(folder / name) for name in (WITHOUT, WITH)]
    behind = _table(replays)
    return joined([_scores(replays, behind), _latencies(replays, behind)])


def draw_records(folder: Path) -> Html:
    """Levels, and time from arrival to boxes, over the time of the service."""
    times: list[tuple[float, float]] = []
    levels: list[int | None] = []
    for record in read_records(folder / "results.ndjson"):
        if record.sent:
            times.append((record.arrived_at, 1000 * (record.done_at - record.arrived_at)))
            levels.append(record.level)
    if not times:
        return Html("")
    at_s, took_ms = np.array(times).T
    at_s -= at_s.min()
    edges = np.linspace(0, max(at_s.max(), 1e-9), STEPS + 1)
    owners = np.minimum((at_s / edges[-1] * STEPS).astype(int), STEPS - 1)
    counts = np.zeros((LEVELS + 1, STEPS))
    np.add.at(counts, ([LEVELS if level is None else level for level in levels], owners), 1)
    return joined(
        [levels_figure("Frames by level", "seconds", edges, counts), _waits(edges, owners, took_ms)]
    )


def _waits(edges: FloatArray, owners: NDArray[np.int64], took_ms: FloatArray) -> Html:
    steps = [took_ms[owners == step] for step in range(STEPS)]
    curves = {
        name: [float(np.quantile(own, share)) if len(own) else math.nan for own in steps]
        for name, share in (("median", 0.5), ("p95", 0.95))
    }
    middles = ((edges[:-1] + edges[1:]) / 2).tolist()
    lines = [
        Line(middles, values, tone, name, "plain")
        for (name, values), tone in zip(curves.items(), "25", strict=True)
    ]
    rows = [
        (f"{at:.1f}", *(number(value, 0) for value in values))
        for at, *values in zip(middles, *curves.values(), strict=True)
    ]
    behind = table(("seconds", *(f"{name} ms" for name in curves)), rows)
    across = span("seconds", edges.tolist())
    return figure("From arrival to boxes", across, scale("ms", took_ms.tolist()), lines, behind)


def _scores(replays: Sequence[ReplayReport], behind: Html) -> Html:
    marks = []
    for place, (replay, (name, tone)) in enumerate(zip(replays, WAYS.items(), strict=True)):
        scores = [score or NOTHING for score in (replay.map, replay.ap50)]
        x = [metric + 0.3 * place - 0.15 for metric in range(len(scores))]
        value, low, high = (
            [100 * getattr(score, end) for score in scores] for end in ("value", "low", "high")
        )
        marks.append(Line(x, value, tone, name, "dots", low, high))
    up = scale("points, 95 % intervals", [end for mark in marks for end in (*mark.low, *mark.high)], low=None)
    return figure("Accuracy of what was shown", names("", ["mAP", "AP50"]), up, marks, behind)


def _latencies(replays: Sequence[ReplayReport], behind: Html) -> Html:
    quantiles = list(dict.fromkeys(name for replay in replays for name in replay.latency_ms))
    bars = []
    for place, (replay, (name, tone)) in enumerate(zip(replays, WAYS.items(), strict=True)):
        left = [quantile + 0.36 * place - 0.36 for quantile in range(len(quantiles))]
        heights = [replay.latency_ms.get(quantile, 0.0) for quantile in quantiles]
        bars.append(Bars(left, [x + 0.36 for x in left], [0.0] * len(left), heights, tone, name))
    up = scale("ms", [height for bar in bars for height in bar.top])
    return figure("From sending to answer", names("", quantiles), up, bars, behind)


def _table(replays: Sequence[ReplayReport]) -> Html:
    quantiles = list(dict.fromkeys(name for replay in replays for name in replay.latency_ms))
    columns = [
        {
            "frames sent whole": f"{replay.whole:,} of {replay.frames:,}",
            "answered": f"{replay.answered:,}",
            "refused, lost": f"{sum(replay.refused.values()):,}, {replay.lost:,}",
            "held back by the filter": f"{replay.filtered:,}",
            "dropped": f"{replay.dropped:,}",
            "late": f"{replay.late:,}",
            "frames by level": ", ".join(f"{level}: {count:,}" for level, count in replay.levels.items()),
            "mAP": _interval(replay.map),
            "AP50": _interval(replay.ap50),
            **{f"{name} ms": number(replay.latency_ms.get(name), 0) for name in quantiles},
        }
        for replay in replays
    ]
    return table(("", *WAYS), [(name, *(column[name] for column in columns)) for name in columns[0]])


def _interval(score: Interval | None) -> str:
    return f"{points(score.value)} [{points(score.low)}, {points(score.high)}]" if score else UNKNOWN


SECTION = Section(
    "Serving",
    "The same recordings played as live cameras to a running service, without the enhancer and with it. A"
    " frame is late if its boxes came more than two windows after it.",
    (
        Part((WITHOUT, WITH), "turbo replay … --json > RUN/replay-with.json", draw_replays),
        Part(("results.ndjson",), "turbo serve … --results RUN/results.ndjson", draw_records),
    ),
)
