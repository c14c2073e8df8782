"""A report as one self-contained HTML page."""

import base64
import io
import math
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from PIL import Image

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.profiling.bootstrap import Interval
from turbo_cli.profiling.charts import levels_chart, reliability_chart
from turbo_cli.profiling.evaluation import CAMERA, Report
from turbo_cli.profiling.gallery import Case
from turbo_cli.profiling.judging import Judgements
from turbo_cli.profiling.references import FINE_TUNED, GENERATOR

SHOWN_CASES = 3
"""Best and worst ones in the page."""

PICTURE_WIDTH = 1400

KINDS = {
    "level": "Enhanced",
    "union": "Merged with level 0: union",
    "weighted": "Merged with level 0: weighted",
    "baseline": "Classical baselines",
    "oracle": "Oracles, frame by frame",
    FINE_TUNED: "The detector itself, fine-tuned",
    GENERATOR: "Whole pictures of a generator",
}


def write_page(path: Path, report: Report, cases: Sequence[Case], title: str) -> None:
    """Write the page atomically; `title` says what was evaluated."""
    with replacing_file(path) as temporary:
        temporary.write_text(make_page(report, cases, title), "utf-8")


def make_page(report: Report, cases: Sequence[Case], title: str) -> str:
    """The page's HTML."""
    template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))
    trained = ", ".join(report.training_cameras) or "none of these"
    return template.substitute(
        title=escape(title),
        subtitle=escape(f"{title}. Cameras trained on: {trained}."),
        cards=_cards(report),
        level_charts="".join(
            levels_chart(report.of_kind("level"), group) for group in ("all", "hard", "easy")
        ),
        ways=_ways_table(report),
        against=_against_table(report),
        errors=_errors_table(report),
        cameras=_cameras_table(report),
        reliability=reliability_chart(report.reliability),
        tenths=_tenths_table(report),
        cases=_cases(cases),
    )


def _cards(report: Report) -> str:
    counts = {group: len(rows) for group, rows in report.groups.items()}
    cards = {group: f"{counts[group]:,}" for group in ("all", "hard", "easy", "seen", "unseen")}
    best = report.of_kind("level")[str(report.best_level)]["all"]
    cards |= {
        f"AP50 points by the best level, {report.best_level}": _points(
            best.gains["level 0"].ap50.value, signed=True
        ),
        "D_f AUC": _number(report.reliability.auc),
        "θ′ error": _number(report.reliability.calibration_error),
    }
    labels = {"all": "frames", "seen": "camera trained on", "unseen": "camera never seen"}
    return "".join(
        f'<div class="card"><b>{value}</b>{escape(labels.get(name, name))}</div>'
        for name, value in cards.items()
    )


def _ways_table(report: Report) -> str:
    groups = ("all", "hard", "easy", "unseen")
    rows = []
    for kind, label in KINDS.items():
        ways = report.of_kind(kind)
        if ways:
            rows.append(f'<tr class="kind"><td colspan="{1 + 2 * len(groups)}">{escape(label)}</td></tr>')
        rows += [_row([escape(_named(kind, name)), *_scores(one, groups)]) for name, one in ways.items()]
    head = [part for group in groups for part in (group, "Δ")]
    return _table(["", *head], rows)


def _scores(judgements: Judgements, groups: Iterable[str]) -> list[str]:
    return [
        cell
        for group in groups
        for cell in (
            _points(judgements[group].score.ap50.value),
            _difference(judgements[group].gains["level 0"].ap50),
        )
    ]


def _against_table(report: Report) -> str:
    levels = {name: one["all"].gains for name, one in report.of_kind("level").items() if name != "0"}
    rows = [
        _row([escape(baseline), *(_difference(gains[baseline].ap50) for gains in levels.values())])
        for baseline in report.of_kind("baseline")
    ]
    return _table(["", *(f"level {name}" for name in levels)], rows)


def _errors_table(report: Report) -> str:
    rows = []
    for name, judgements in report.of_kind("level").items():
        errors = judgements["all"].errors
        shown, truth = errors.hits + errors.false_positives, errors.hits + errors.false_negatives
        counts = [errors.hits, errors.false_negatives, errors.false_positives]
        shares = [_number(errors.hits / whole if whole else math.nan) for whole in (truth, shown)]
        rows.append(_row([f"level {name}", *(f"{count:,}" for count in counts), *shares]))
    return _table(["", "found", "missed", "false positives", "recall", "precision"], rows)


def _cameras_table(report: Report) -> str:
    levels = report.of_kind("level")
    rows = []
    for group in report.groups:
        if group.startswith(CAMERA):
            name = group.removeprefix(CAMERA)
            mark = " <small>trained on</small>" if name in report.training_cameras else ""
            gains = [_difference(one[group].gains["level 0"].ap50) for k, one in levels.items() if k != "0"]
            plain = levels["0"][group]
            rows.append(
                _row([escape(name) + mark, str(plain.frames), _points(plain.score.ap50.value), *gains])
            )
    return _table(["camera", "frames", "level 0", *(f"level {name}" for name in levels if name != "0")], rows)


def _tenths_table(report: Report) -> str:
    rows = [
        _row([f"{t.start:.1f} – {t.end:.1f}", str(t.frames), *map(_number, (t.predicted, t.true, t.hard))])
        for t in report.reliability.tenths
    ]
    return _table(["θ′", "frames", "mean θ′", "mean θ", "truly hard"], rows)


def _cases(cases: Sequence[Case]) -> str:
    parts = []
    for heading, some in (
        ("What it helped most", [case for case in cases if case.gain > 0]),
        ("What it harmed most", [case for case in cases if case.gain < 0]),
    ):
        if some:
            pictures = "".join(f"<figure>{_embedded(case.picture)}</figure>" for case in some[:SHOWN_CASES])
            parts.append(f"<h2>{heading}</h2>{pictures}")
    return "".join(parts)


def _embedded(picture: Image.Image) -> str:
    small = picture.copy()
    small.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=82)
    text = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="before and after" src="data:image/jpeg;base64,{text}">'


def _named(kind: str, name: str) -> str:
    return f"level {name}" if kind != "baseline" and name.isdecimal() else name


def _table(head: Sequence[str], rows: Iterable[str]) -> str:
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{''.join(rows)}</table>"


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _difference(gain: Interval) -> str:
    """A gain in points with its interval, green or red where that excludes zero."""
    if math.isnan(gain.value):
        return "–"
    tone = ' class="good"' if gain.low > 0 else ' class="bad"' if gain.high < 0 else ""
    bounds = f"[{_points(gain.low, True)}, {_points(gain.high, True)}]"
    return f"<span{tone}>{_points(gain.value, True)}</span> <small>{bounds}</small>"


def _points(value: float, signed: bool = False) -> str:
    if math.isnan(value):
        return "–"
    return f"{100 * value:+.1f}" if signed else f"{100 * value:.1f}"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"
