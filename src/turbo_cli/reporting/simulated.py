"""Runs of `turbo schedule-sim`, as its JSON has them."""

from dataclasses import dataclass
from pathlib import Path

from turbo_cli.artifacts.reading import read_json
from turbo_cli.artifacts.table import Count, NonNegative, Share
from turbo_cli.errors import TurboError

MADE_BY = "turbo schedule-sim --json"


@dataclass(frozen=True)
class Run:
    """One scenario and what it came to; the names are those of `Scenario` and `Summary`.

    map, map_without: with Turbo and without; None where nothing was replayed.
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

    @property
    def map_gain(self) -> float:
        """mAP with Turbo less mAP without; 0 where neither is known."""
        return (self.map or 0.0) - (self.map_without or 0.0)

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
