"""A film through a node in virtual time, frame by frame: the simulation's trace beside the boxes."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.artifacts.tried import TriedFrame
from turbo_cli.boxes import Detections
from turbo_cli.scheduling.profile import Profile
from turbo_cli.simulation import simulate
from turbo_cli.simulation.arrivals import Arrival
from turbo_cli.simulation.planner import Policy
from turbo_cli.simulation.replay import Screen
from turbo_cli.simulation.summary import Tally
from turbo_cli.trying.changes import Changes, Shown, compare
from turbo_cli.trying.shots import Film, Shot


@dataclass(frozen=True, eq=False)
class Played:
    """One frame and what became of it.

    plain: its boxes at level 0, None where the detector did not run. delivered: what is shown from it on.
    changes: between the two; none unless it was enhanced in time. All are boxes that count (`Shown`).
    """

    shot: Shot
    traced: TracedFrame
    plain: Detections | None
    delivered: Detections
    changes: Changes

    @property
    def enhanced(self) -> bool:
        """Whether enhanced boxes were there in time."""
        return bool(self.traced.level) and not self.traced.missed

    def row(self) -> TriedFrame:
        """Its row of `frames.csv`."""
        traced = self.traced
        return TriedFrame(
            traced.camera,
            traced.index,
            traced.arrived_at_s,
            traced.sent,
            len(self.delivered),
            len(self.changes.gained),
            len(self.changes.lost),
            traced.missed,
            traced.reason,
            traced.level,
            traced.difficulty,
            traced.predicted_difficulty,
            None if self.plain is None else len(self.plain),
            traced.done_at_s,
        )


def arrivals(shots: Iterable[Shot], roi_score: float) -> Iterator[Arrival]:
    """What the simulation is told of them."""
    return (shot.live.arrival(shot.decision, shot.boxes, roi_score) for shot in shots)


def play(film: Film, profile: Profile, policy: Policy, tally: Tally, shown: Shown) -> Iterator[Played]:
    """Serve the film on a node of this profile, in windows of the tally's length, which counts them.

    Only the frames of the window at hand are in memory, however long the film.
    """
    waiting = deque[Shot]()
    screen = Screen()

    def noted() -> Iterator[Shot]:
        for shot in film:
            waiting.append(shot)
            yield shot

    for window in simulate(arrivals(noted(), profile.roi_score), profile, policy, tally.window_ms):
        tally.add(window)
        for traced in window.frames:
            yield _play(waiting.popleft(), traced, screen, shown)


def _play(shot: Shot, traced: TracedFrame, screen: Screen, shown: Shown) -> Played:
    delivered = shown.of(screen.show(traced, shot.decision, shot.boxes))
    plain = shown.of(shot.boxes.levels[0]) if shot.boxes and traced.level is not None else None
    enhanced = plain is not None and traced.level and not traced.missed
    before = plain if plain is not None and enhanced else delivered
    return Played(shot, traced, plain, delivered, compare(before, delivered))
