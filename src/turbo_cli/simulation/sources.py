"""Where the frames of a scenario come from."""

from pathlib import Path
from typing import get_args

from turbo_cli.data import open_dataset
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked
from turbo_cli.simulation.arrivals import ArrivalKind, GeneratedArrivals, TracedArrivals
from turbo_cli.simulation.difficulties import Difficulties
from turbo_cli.simulation.footage import Footage
from turbo_cli.simulation.ladders import Ladder
from turbo_cli.simulation.scenario import Source

CAMERAS = 4
"""Made up where nothing is said, as many as in §6.1."""


def made_up_source(arrivals: str, frames: int, difficulties: Difficulties, seed: int) -> Source:
    """Frames of an arrival kind, or those of a `trace.csv`, whose cameras and rate are its own.

    Raises `TurboError` for what is neither.
    """
    kinds: tuple[ArrivalKind, ...] = get_args(ArrivalKind)
    for kind in kinds:
        if kind == arrivals:
            return lambda scenario: GeneratedArrivals(
                kind, frames, scenario.cameras or CAMERAS, scenario.fps, difficulties, seed
            )
    if not Path(arrivals).is_file():
        raise TurboError(f"arrivals {arrivals!r}: no such file, and no kind", nearest(arrivals, kinds))
    return lambda scenario: TracedArrivals(Path(arrivals), difficulties, seed)


def footage_source(dataset: Path, ladder: Ladder, track: Track = untracked) -> Source:
    """Replays of a dataset through the scenario's pipeline, at the levels of a ladder."""
    footage = Footage(open_dataset(dataset), ladder, track)
    return lambda scenario: footage.replay(scenario.pipeline, scenario.cameras, scenario.fps)
