"""The page of `turbo try`: one HTML file that needs no other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.artifacts.tried import TriedFrame
from turbo_cli.boxes import Detections
from turbo_cli.profiling.html import STYLE, embedded, row, table
from turbo_cli.scheduling.costs import Order
from turbo_cli.scheduling.gains import HIGHEST_LEVEL
from turbo_cli.simulation.scenario import Scenario
from turbo_cli.trying.changes import Shown
from turbo_cli.trying.chart import course_chart
from turbo_cli.trying.course import Step
from turbo_cli.trying.findings import Findings
from turbo_cli.trying.gallery import Case
from turbo_cli.trying.words import figures

PICTURE_WIDTH = 900
MOST_ROWS = 400


@dataclass(frozen=True, eq=False)
class Story:
    """What the page tells. networks, profile: in words. notes: what casts doubt on it, a sentence each."""

    video: str
    networks: str
    profile: str
    scenario: Scenario
    order: Order
    shown: Shown
    findings: Findings
    steps: Sequence[Step]
    cases: Sequence[Case]
    command: str
    notes: Sequence[str]


def write_page(path: Path, story: Story, frames: Iterable[TriedFrame]) -> None:
    """Write the page atomically; frames: the rows of `frames.csv`."""
    with replacing_file(path) as temporary:
        temporary.write_text(make_page(story, frames), "utf-8")


def make_page(story: Story, frames: Iterable[TriedFrame]) -> str:
    """The page's HTML."""
    template = Template(files(__package__).joinpath("page.html").read_text("utf-8"))
    levels = range(1, HIGHEST_LEVEL + 1)
    return template.substitute(
        style=STYLE,
        title=escape(story.video),
        subtitle=escape(_subtitle(story)),
        cards="".join(
            f'<div class="card"><b>{value}</b>{name}</div>' for name, value in figures(story.findings).items()
        ),
        notes="".join(f'<p class="note warning">{escape(note)}</p>' for note in story.notes),
        level_styles="\n".join(f".level-{k} {{ fill: var(--level-{k}); }}" for k in levels),
        legend=_legend(story.findings),
        step_words=_step_words(story.steps),
        chart=course_chart(story.steps),
        gallery_words=escape(_gallery_words(story)),
        gallery="".join(_figure(case, story.shown.names) for case in story.cases),
        table_words=_table_words(story.findings.summary.frames, story.shown.score),
        table=_frames_table(frames, story.findings.summary.frames),
        command=escape(story.command),
    )


def _subtitle(story: Story) -> str:
    scenario = story.scenario
    return (
        f"{story.networks}, planned by the profile {story.profile} in windows of {scenario.window:g} ms, "
        f"{story.order}; pipeline {scenario.pipeline}. Boxes count from a score of {story.shown.score:g}."
    )


def _legend(findings: Findings) -> str:
    levels = findings.summary.levels
    named = {f"--level-{k}": f"level {k}: {levels[k]:,} frames" for k in range(1, HIGHEST_LEVEL + 1)}
    if findings.summary.dropped:
        named["--bad"] = f"dropped: {findings.summary.dropped:,}"
    return "".join(
        f'<span><i style="background: var({color})"></i>{text}</span>' for color, text in named.items()
    )


def _step_words(steps: Sequence[Step]) -> str:
    frames = steps[0].frames
    return f"Each step is {frames} frames; θ is their mean." if frames > 1 else "Each step is a frame."


def _gallery_words(story: Story) -> str:
    if not story.cases:
        return "No frame was enhanced: no level is known to help at these difficulties, or no time was left."
    if not story.findings.changed:
        return "Frames were enhanced, and not one box changed."
    return (
        "Level 0, and what is delivered: of each part of the video the enhanced frame that changed most. Boxes of"
        " level 0 are blue, those gained green, those lost red."
    )


def _figure(case: Case, names: Mapping[int, str]) -> str:
    traced, changes = case.played.traced, case.played.changes
    pictures = [
        embedded(case.before, "boxes at level 0", PICTURE_WIDTH),
        embedded(case.after, f"boxes at level {traced.level}", PICTURE_WIDTH),
    ]
    words = [
        f"frame {traced.index}, {traced.arrived_at_s:.2f} s: θ {traced.difficulty:.2f}, level {traced.level}",
        f'<span class="gained">+ {_listed(changes.gained, names)}</span>',
        f'<span class="lost">− {_listed(changes.lost, names)}</span>',
    ]
    caption = f"<figcaption>{' · '.join(words)}</figcaption>"
    return f'<figure><div class="pair">{"".join(pictures)}</div>{caption}</figure>'


def _listed(found: Detections, names: Mapping[int, str]) -> str:
    """`2 car, 1 bus`, or nothing."""
    counts = Counter(names.get(number, f"class {number}") for number in found.category_ids.tolist())
    return escape(", ".join(f"{count} {name}" for name, count in counts.most_common())) or "nothing"


def _table_words(frames: int, score: float) -> str:
    shown = f"{MOST_ROWS} of {frames:,}, evenly spread" if frames > MOST_ROWS else "All of them"
    return (
        f"{shown}; boxes of at least {score:g}. Beside this page lie"
        ' <a href="frames.csv">frames.csv</a> and <a href="annotated.mp4">annotated.mp4</a> with every frame.'
    )


def _frames_table(frames: Iterable[TriedFrame], count: int) -> str:
    every = -(-count // MOST_ROWS)
    head = ["frame", "seconds", "θ", "θ′", "level", "boxes", "delivered", "gained", "lost", "after, ms", ""]
    return table(head, (row(_cells(frame)) for place, frame in enumerate(frames) if place % every == 0))


def _cells(frame: TriedFrame) -> list[str]:
    thetas = (frame.difficulty, frame.predicted_difficulty)
    after = None if frame.done_at_s is None else f"{1000 * (frame.done_at_s - frame.timestamp):.0f}"
    filtered = "" if frame.sent else frame.reason
    remark = "late" if frame.late else "dropped" if frame.sent and frame.level is None else filtered
    return [
        str(frame.index),
        f"{frame.timestamp:.2f}",
        *("" if theta is None else f"{theta:.2f}" for theta in thetas),
        *("" if number is None else str(number) for number in (frame.level, frame.boxes)),
        str(frame.delivered),
        *(str(number or "") for number in (frame.gained, frame.lost)),
        after or "",
        escape(remark),
    ]
