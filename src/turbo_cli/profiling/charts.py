"""The figures of an evaluation: what the levels score, and how true D_f is."""

from turbo_cli.artifacts.evaluation import Bounds, Discriminator, Evaluation
from turbo_cli.pages.axis import names, scale
from turbo_cli.pages.chart import Line, figure, stacked
from turbo_cli.pages.table import table
from turbo_cli.pages.text import UNKNOWN, Html, joined, number, points
from turbo_cli.profiling.tables import gain_over, mistakes_table

TENTHS = scale("predicted θ′", (0, 1))
SHARE = scale("mean θ", (0, 1))
TITLES = {
    "all": "All frames",
    "hard": "Hard frames",
    "easy": "Easy frames",
    "seen": "Cameras trained on",
    "unseen": "Cameras never seen",
}
"""Of the groups' figures."""


def accuracy_figures(evaluation: Evaluation) -> list[Html]:
    """Every group of frames that tells something of its own, and the mistakes."""
    own = [group for group in ("seen", "unseen") if evaluation.frames.seen and evaluation.frames.unseen]
    figures = [levels_figure(evaluation, group) for group in ("all", "hard", "easy", *own)]
    return [*figures, mistakes_figure(evaluation)]


def levels_figure(evaluation: Evaluation, group: str) -> Html:
    """AP50 of every level on a group of frames with intervals, level 0 as a line; nothing without frames."""
    levels = {name: way.group(group) for name, way in evaluation.levels.items()}
    scored = {
        name: (one.ap50, one.ap50_interval)
        for name, one in levels.items()
        if one.ap50 is not None and one.ap50_interval
    }
    if "0" not in scored:
        return Html("")
    values = [100 * value for value, _ in scored.values()]
    low, high = ([100 * bounds[side] for _, bounds in scored.values()] for side in (0, 1))
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
    title = f"{TITLES[group]} ({levels['0'].frames:,})"
    return figure(title, across, scale("AP50 in points", [*low, *high], low=None), marks, table(head, rows))


def mistakes_figure(evaluation: Evaluation) -> Html:
    """Objects found and missed, and boxes that are wrong, by level."""
    levels = {name: way.all for name, way in evaluation.levels.items()}
    layers = [
        ("found", "easy", [one.hits for one in levels.values()]),
        ("missed", "plain", [one.false_negatives for one in levels.values()]),
        ("false positives", "bad", [one.false_positives for one in levels.values()]),
    ]
    edges = [place - 0.5 for place in range(len(levels) + 1)]
    bars = stacked(edges, layers, gap=20)
    up = scale("boxes at IoU 0.5", bars[-1].top)
    return figure(
        "Found, missed and wrong", names("level", list(levels)), up, bars, mistakes_table(evaluation)
    )


def reliability_figures(discriminator: Discriminator) -> Html:
    """By tenths of θ′: mean θ over mean θ′, and how many frames are truly easy and hard."""
    filled = [tenth for tenth in discriminator.tenths if tenth.frames]
    behind = table(
        ("θ′", "frames", "mean θ′", "mean θ", "truly hard"),
        [
            (f"{t.start:.1f} – {t.end:.1f}", t.frames, *map(number, (t.predicted, t.true, t.hard)))
            for t in discriminator.tenths
        ],
    )
    marks = [
        Line((0, 1), (0, 1), "plain", "perfect", style="dashed"),
        Line.through([(t.predicted or 0, t.true or 0) for t in filled], "turbo", "D_f"),
    ]
    hard = [t.frames * (t.hard or 0) for t in discriminator.tenths]
    easy = [t.frames - count for t, count in zip(discriminator.tenths, hard, strict=True)]
    edges = [0.0, *(tenth.end for tenth in discriminator.tenths)]
    bars = stacked(edges, [("truly easy", "easy", easy), ("truly hard", "hard", hard)], gap=2)
    return joined(
        [
            figure("True difficulty by predicted", TENTHS, SHARE, marks, behind),
            figure("Frames by what was predicted", TENTHS, scale("frames", bars[-1].top), bars, behind),
        ]
    )


def _score(value: float | None, bounds: Bounds | None) -> tuple[str, str]:
    return points(value), " – ".join(map(points, bounds)) if bounds else UNKNOWN
