"""Where the frames of a scenario come from."""

from pathlib import Path

from turbo_cli.data import open_dataset
from turbo_cli.progress import Track, untracked
from turbo_cli.simulation.arrivals import GeneratedArrivals, TracedArrivals, find_kind
from turbo_cli.simulation.difficulties import Difficulties
from turbo_cli.simulation.footage import Footage
from turbo_cli.simulation.ladders import Ladder
from turbo_cli.simulation.scenario import Source

CAMERAS = 4
"""Made up where nothing is said, as many as in §6.1."""


def made_up_source(arrivals: str, frames: int, difficulties: Difficulties, seed: int) -> Source:
    """Frames of an arrival kind, or those of a `trace.csv`, whose cameras and rate are its own.

    Raises `TurboError` for what is neither a kind nor a file.
    """
    if Path(arrivals).is_file():
        return lambda scenario: TracedArrivals(Path(arrivals), difficulties, seed)
    kind = find_kind(arrivals)
    return lambda scenario: GeneratedArrivals(
        kind, frames, scenario.cameras or CAMERAS, scenario.fps, difficulties, seed
    )


def footage_source(dataset: Path, ladder: Ladder, track: Track = untracked) -> Source:
    """Replays of a dataset through the scenario's pipeline, at the levels of a ladder."""
    footage = Footage(open_dataset(dataset), ladder, track)
    return lambda scenario: footage.replay(scenario.pipeline, scenario.cameras, scenario.fps)
