"""The whole of `turbo try`: frames in, an annotated video, a page and a table out."""

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from turbo_cli.artifacts import tried
from turbo_cli.artifacts.atomic import replacing_folder
from turbo_cli.artifacts.rows import Writer
from turbo_cli.artifacts.tried import TriedFrame
from turbo_cli.data.images import Frame
from turbo_cli.data.video_writer import write_video
from turbo_cli.data.viewing import frame_rate, padded
from turbo_cli.errors import TurboWarning
from turbo_cli.pages.page import write_page
from turbo_cli.progress import Track, untracked
from turbo_cli.scheduling.costs import Order
from turbo_cli.simulation.summary import Tally
from turbo_cli.trying.course import Course
from turbo_cli.trying.drawing import captioned, draw_after
from turbo_cli.trying.findings import Count, Findings
from turbo_cli.trying.gallery import Gallery
from turbo_cli.trying.page import Story, make_story_page
from turbo_cli.trying.playing import Played, play
from turbo_cli.trying.profiles import doubts
from turbo_cli.trying.trial import Trial


def try_film(trial: Trial, out: Path, command: str, track: Track = untracked) -> Findings:
    """Write `annotated.mp4`, `index.html` and `frames.csv` into a new folder, or nothing at all.

    command: stands on the page. Frames are drawn and written as they come; memory does not grow with their
    number. Warns of what casts doubt on the result. Raises `TurboError` if the folder holds anything already,
    and for what cannot be run.
    """
    _warn(doubts(trial.profile, trial.film.ladder))
    with replacing_folder(out) as folder:
        order = trial.order(track)
        notebook = _Notebook(trial, order)
        with tried.writing(folder / "frames.csv", trial.provenance(order)) as table:
            drawn = notebook.draw(table, track)
            write_video(folder / "annotated.mp4", drawn, frame_rate(trial.film.video))
        story = notebook.story(command)
        write_page(folder / "index.html", make_story_page(story, tried.stream(folder / "frames.csv")))
    _warn(trial.overload(story.findings))
    return story.findings


def _warn(notes: Iterable[str]) -> None:
    for note in notes:
        warnings.warn(note, TurboWarning, stacklevel=3)


class _Notebook:
    """Plays a trial once and notes what its page will show."""

    def __init__(self, trial: Trial, order: Order) -> None:
        frames = len(trial.film.video)
        self.trial, self.order = trial, order
        self._tally = Tally(trial.profile.gains("detect-first"), trial.scenario.window)
        self._count, self._course, self._gallery = Count(), Course(frames, trial.film.end_s), Gallery(frames)

    def draw(self, table: Writer[TriedFrame], track: Track) -> Iterator[Frame]:
        """The annotated frames, all of the first one's size."""
        trial = self.trial
        policy = trial.scenario.policy(self.order)
        played = play(trial.film, trial.profile, policy, self._tally, trial.shown)
        size: tuple[int, int] | None = None
        for one in track(played, "trying", len(trial.film.video)):
            table.append(one.row())
            self._note(one)
            frame = captioned(draw_after(one, trial.shown.names), one)
            size = size or (frame.shape[1], frame.shape[0])
            yield padded(frame, size)

    def _note(self, played: Played) -> None:
        self._count.add(played)
        self._course.add(played)
        self._gallery.add(played)

    def story(self, command: str) -> Story:
        """What was noted, once all was drawn."""
        trial = self.trial
        findings = self._count.findings(self._tally.summary())
        return Story(
            trial.film.video.path.name,
            trial.in_words(self.order),
            trial.shown.names,
            findings,
            self._course.curves(),
            self._course.frames_a_step,
            self._gallery.cases(trial.shown.names),
            command,
            [*doubts(trial.profile, trial.film.ladder), *trial.overload(findings)],
        )
