"""Where the frames of a scenario come from."""

from collections.abc import Iterable
from pathlib import Path

from turbo_cli.data import open_dataset
from turbo_cli.enhancement.ladders import Ladder
from turbo_cli.errors import TurboError
from turbo_cli.progress import Track, untracked
from turbo_cli.simulation.arrivals import Arrival, GeneratedArrivals, TracedArrivals, find_kind
from turbo_cli.simulation.difficulties import Difficulties
from turbo_cli.simulation.footage import Footage
from turbo_cli.simulation.scenario import Scenario, Source

CAMERAS = 4
"""Made up where nothing is said, as many as in §6.1."""


def made_up_source(arrivals: str, frames: int, difficulties: Difficulties, seed: int) -> Source:
    """Frames of an arrival kind, or those of a `trace.csv`, whose cameras and rate are its own.

    Raises `TurboError` for what is neither a kind nor a file; the source does, for a pipeline, which needs
    frames to look at, and for a number of cameras where the trace has its own.
    """
    kind = None if Path(arrivals).is_file() else find_kind(arrivals)

    def source(scenario: Scenario) -> Iterable[Arrival]:
        if scenario.pipeline != "all":
            raise TurboError(f"pipeline {scenario.pipeline}: has no frames to look at", "add --dataset")
        if kind:
            return GeneratedArrivals(
                kind, frames, scenario.cameras or CAMERAS, scenario.fps, difficulties, seed
            )
        if scenario.cameras:
            raise TurboError(f"{arrivals}: has its own cameras", "leave out cameras")
        return TracedArrivals(Path(arrivals), difficulties, seed)

    return source


def footage_source(dataset: Path, ladder: Ladder, roi_score: float, track: Track = untracked) -> Source:
    """Replays of a dataset through the scenario's pipeline, at the levels of a ladder.

    roi_score: the profile's (`Profile.roi_score`).
    """
    footage = Footage(open_dataset(dataset), ladder, roi_score, track)
    return lambda scenario: footage.replay(scenario.pipeline, scenario.cameras, scenario.fps)
