"""The figures of an evaluation: what the levels score, and how true D_f is."""

from turbo_cli.artifacts.evaluation import Bounds, Discriminator, Evaluation
from turbo_cli.pages.axis import names, scale
from turbo_cli.pages.chart import Bars, Line, figure
from turbo_cli.pages.table import table
from turbo_cli.pages.text import UNKNOWN, Html, joined, number, points
from turbo_cli.profiling.tables import gain_over

TENTHS = scale("predicted θ′", (0, 1))
SHARE = scale("mean θ", (0, 1))
SHARE_OF_FRAMES = scale("share of frames", (0, 1))


def levels_figure(evaluation: Evaluation, group: str) -> Html:
    """AP50 of every level on one group of frames with intervals, level 0 as a line; nothing without frames."""
    levels = {name: way.group(group) for name, way in evaluation.levels.items()}
    scored = {name: one for name, one in levels.items() if one.ap50 is not None and one.ap50_interval}
    if "0" not in scored:
        return Html("")
    values, low, high = (
        [100 * end for end in ends]
        for ends in zip(*((one.ap50, *one.ap50_interval) for one in scored.values()), strict=True)
    )
    across = names("level", list(scored))
    marks = [Line((across.low, across.high), (values[0], values[0]), "plain", style="dashed")]
    for place, name in enumerate(scored):
        one = slice(place, place + 1)
        marks.append(Line((place,), values[one], name, "", "dots", low[one], high[one]))
    rows = [
        (
            name,
            *_score(one.ap50, one.ap50_interval),
            *_score(one.map, one.map_interval),
            gain_over(one, "level 0"),
        )
        for name, one in levels.items()
    ]
    head = ("level", "AP50", "95 %", "mAP", "95 %", "AP50 over level 0")
    title = f"{group.capitalize()} frames ({levels['0'].frames:,})"
    return figure(title, across, scale("AP50 in points", [*low, *high], low=None), marks, table(head, rows))


def reliability_figures(discriminator: Discriminator) -> Html:
    """Mean θ over mean θ′ by tenths, the share of truly hard frames in each, and how many frames are in it."""
    filled = [tenth for tenth in discriminator.tenths if tenth.frames]
    edges = [tenth.start for tenth in filled], [tenth.end for tenth in filled]
    nothing = [0.0] * len(filled)
    behind = table(
        ("θ′", "frames", "mean θ′", "mean θ", "truly hard"),
        [
            (f"{t.start:.1f} – {t.end:.1f}", t.frames, *map(number, (t.predicted, t.true, t.hard)))
            for t in discriminator.tenths
        ],
    )
    marks = [
        Line((0, 1), (0, 1), "plain", "perfect", style="dashed"),
        Line([t.predicted or 0 for t in filled], [t.true or 0 for t in filled], "turbo", "D_f"),
    ]
    hard, counts = [t.hard or 0 for t in filled], [t.frames for t in filled]
    return joined(
        [
            figure("True difficulty θ by predicted", TENTHS, SHARE, marks, behind),
            figure("Truly hard", TENTHS, SHARE_OF_FRAMES, [Bars(*edges, nothing, hard, "hard")], behind),
            figure("Frames", TENTHS, scale("", counts), [Bars(*edges, nothing, counts, "turbo")], behind),
        ]
    )


def _score(value: float | None, bounds: Bounds | None) -> tuple[str, str]:
    return points(value), " – ".join(map(points, bounds)) if bounds else UNKNOWN
