"""Runs of `turbo schedule-sim`, as its JSON has them."""

from dataclasses import dataclass
from pathlib import Path

from turbo_cli.artifacts.accuracy import Gain
from turbo_cli.artifacts.reading import read_json
from turbo_cli.artifacts.table import Count, NonNegative, Share
from turbo_cli.errors import TurboError

MADE_BY = "turbo schedule-sim --json"


@dataclass(frozen=True)
class Run:
    """One scenario and what it came to; the names are those of `Scenario` and `Summary`.

    map, map_without, map_gain: with Turbo, without, and the difference; None where nothing was replayed.
    """

    fps: NonNegative
    window: NonNegative
    solver: str
    order: str
    execution: str
    pipeline: str
    frames: Count
    sent: Count
    dropped: Count
    late: Count
    windows: Count
    missed: Count
    gain: float
    utilisation: NonNegative
    level_0_utilisation: NonNegative
    seconds: NonNegative
    cameras: int | None = None
    map: Share | None = None
    map_without: Share | None = None
    map_gain: Gain | None = None
    map_gain_interval: tuple[Gain | None, Gain | None] = (None, None)

    @property
    def map_gain_bounds(self) -> tuple[float, float] | None:
        """The interval's ends, if both are known."""
        low, high = self.map_gain_interval
        return None if low is None or high is None else (low, high)

    @property
    def missed_share(self) -> float:
        """Of the windows in which anything was sent."""
        return self.missed / max(self.windows, 1)


def read_runs(path: Path) -> list[Run]:
    """At least one. Raises `TurboError` naming file and key."""
    runs = read_json(path, list[Run], MADE_BY)
    if not runs:
        raise TurboError(f"{path}: holds no run", f"`{MADE_BY}` makes it anew")
    return runs
