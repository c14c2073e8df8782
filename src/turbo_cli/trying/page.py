"""The page of `turbo try`: one HTML file that needs no other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from turbo_cli.artifacts.tried import TriedFrame
from turbo_cli.boxes import Detections
from turbo_cli.pages.page import cards, folded, grid, make_page, panel, picture, section
from turbo_cli.pages.table import Row, table
from turbo_cli.pages.text import Html, html, joined, number
from turbo_cli.reporting.levels import levels_figure
from turbo_cli.trying.course import Curves
from turbo_cli.trying.difficulty_figure import difficulty_figure
from turbo_cli.trying.findings import Findings
from turbo_cli.trying.gallery import Case
from turbo_cli.trying.words import CAUTION, figures

MOST_ROWS = 400
HEAD = ("frame", "seconds", "θ", "θ′", "level", "boxes", "delivered", "gained", "lost", "after ms", "")


@dataclass(frozen=True, eq=False)
class Story:
    """What the page tells.

    how: what was run and how, in words. names: of classes by id. frames_a_step: of the curves. notes: what
    casts doubt on the result, a sentence each.
    """

    video: str
    how: str
    names: Mapping[int, str]
    findings: Findings
    curves: Curves
    frames_a_step: int
    cases: Sequence[Case]
    command: str
    notes: Sequence[str]


def make_story_page(story: Story, frames: Iterable[TriedFrame]) -> Html:
    """The page's HTML; frames: the rows of `frames.csv`."""
    sections = [
        cards((label, value, note) for label, (value, note) in figures(story.findings).items()),
        panel(CAUTION, Html("".join(f'<p class="bad">{html(note)}</p>' for note in story.notes))),
        section("Over time", _step_words(story.frames_a_step), grid(_charts(story.curves))),
        section(
            "Before and after", _gallery_words(story), joined([_pair(story, case) for case in story.cases])
        ),
        section(
            "Frames",
            _table_words(story),
            panel("Frame by frame", _frames_table(frames, story.findings.summary.frames)),
        ),
        section("The command", "", panel("", Html(f"<code>{html(story.command)}</code>"))),
    ]
    return make_page(
        f"turbo try: {story.video}", f"What Turbo would do with {story.video}", story.how, joined(sections)
    )


def _charts(curves: Curves) -> Html:
    levels = levels_figure("Levels chosen", "seconds", curves.edges, curves.counts)
    return joined([difficulty_figure(curves), levels])


def _step_words(frames: int) -> str:
    each = f"A step is {frames} frames, and θ their mean." if frames > 1 else "A step is a frame."
    return f"θ is one less the mean score of the boxes that level 0 finds, 1 where it finds none. {each}"


def _gallery_words(story: Story) -> str:
    if not story.cases:
        return "No frame was enhanced: no level is known to help at these difficulties, or no time was left."
    if not story.findings.changed:
        return "Frames were enhanced, and not one box changed."
    return (
        "Left level 0, right what is delivered: of each part of the video the enhanced frame that changed"
        " most. Boxes of level 0 are blue, gained ones green, lost ones red."
    )


def _pair(story: Story, case: Case) -> Html:
    traced, changes = case.played.traced, case.played.changes
    gained, lost = (_listed(found, story.names) for found in (changes.gained, changes.lost))
    title = (
        f"Frame {traced.index}, {traced.arrived_at_s:.2f} s: θ {number(traced.difficulty)},"
        f" level {traced.level}, gained {gained}, lost {lost}"
    )
    both = [picture(case.before, f"{title}: before"), picture(case.after, f"{title}: after")]
    return panel(title, grid(joined(both)))


def _listed(found: Detections, names: Mapping[int, str]) -> str:
    """`2 car, 1 bus`, or nothing."""
    counts = Counter(names.get(number, f"class {number}") for number in found.category_ids.tolist())
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "nothing"


def _table_words(story: Story) -> Html:
    frames = story.findings.summary.frames
    shown = f"{MOST_ROWS} of {frames:,} at the most, evenly spread" if frames > MOST_ROWS else "All of them"
    return Html(
        f'{shown}; every frame stands in <a href="frames.csv">frames.csv</a> and is drawn in'
        ' <a href="annotated.mp4">annotated.mp4</a> beside this page.'
    )


def _frames_table(frames: Iterable[TriedFrame], count: int) -> Html:
    every = -(-count // MOST_ROWS)
    rows = table(HEAD, (_cells(frame) for place, frame in enumerate(frames) if place % every == 0))
    return folded("Table", rows)


def _cells(frame: TriedFrame) -> Row:
    after_ms = None if frame.done_at_s is None else 1000 * (frame.done_at_s - frame.timestamp)
    filtered = "" if frame.sent else frame.reason
    return (
        frame.index,
        f"{frame.timestamp:.2f}",
        number(frame.difficulty),
        number(frame.predicted_difficulty),
        number(frame.level, 0),
        number(frame.boxes, 0),
        frame.delivered,
        frame.gained or "",
        frame.lost or "",
        number(after_ms, 0),
        "late" if frame.late else "dropped" if frame.sent and frame.level is None else filtered,
    )
