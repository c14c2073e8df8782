"""The three numbers that matter: mAP without, mAP with, deadline misses."""

from dataclasses import dataclass
from pathlib import Path

from turbo_cli.reporting.serving import WITH, WITHOUT, read_replay
from turbo_cli.reporting.simulated import read_runs


@dataclass(frozen=True)
class Headline:
    """map_without, map_with: in [0, 1]; None where nothing is labelled.

    missed, of: frames or windows, as `unit` says; missed_without: the same without Turbo, where it is known.
    source: where the numbers come from.
    """

    map_without: float | None
    map_with: float | None
    missed: int
    of: int
    unit: str
    source: str
    missed_without: int | None = None


def find_headline(folder: Path) -> Headline | None:
    """From the replays if both are there, else from the simulation; None where neither is.

    Raises `TurboError` for files that are damaged or something else.
    """
    simulation = folder / "simulation" / "summary.json"
    if (folder / WITHOUT).exists() and (folder / WITH).exists():
        return _served(folder)
    return _simulated(simulation) if simulation.exists() else None


def _served(folder: Path) -> Headline:
    without, enhanced = (read_replay(folder / name) for name in (WITHOUT, WITH))
    before, after = (replay.map.value if replay.map else None for replay in (without, enhanced))
    missed_without, missed = (replay.late + replay.dropped for replay in (without, enhanced))
    return Headline(before, after, missed, enhanced.answered, "frames", "live replays", missed_without)


def _simulated(path: Path) -> Headline:
    run = read_runs(path)[0]
    return Headline(run.map_without, run.map, run.missed, run.windows, "windows", "a simulation")
