"""The three numbers that a quickstart ends with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turbo_cli.artifacts.reading import parse_json, read_bytes


@dataclass(frozen=True)
class Numbers:
    """Of the same frames, served live. map_without, map_with: COCO mAP in [0, 1] of what a viewer saw
    without and with Turbo. misses_without, misses: of the `frames`, those without boxes in time.
    """

    map_without: float
    map_with: float
    misses_without: int
    misses: int
    frames: int

    @property
    def overloaded(self) -> bool:
        """So many misses that the machine was too slow or too busy for the live cameras."""
        return max(self.misses_without, self.misses) > self.frames / 10


def read_numbers(folder: Path) -> Numbers:
    """From the two replays of a quickstart's folder. Raises `TurboError` where one cannot be read."""
    without, enhanced = _replay(folder / "replay-without.json"), _replay(folder / "replay-with.json")
    return Numbers(
        map_without=without["map"]["value"],
        map_with=enhanced["map"]["value"],
        misses_without=_misses(without),
        misses=_misses(enhanced),
        frames=enhanced["frames"],
    )


def _misses(replay: dict[str, Any]) -> int:
    answered, dropped, late = replay["answered"], replay["dropped"], replay["late"]
    return int(replay["frames"] - answered + dropped + late)


def _replay(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = parse_json(str(path), read_bytes(path, "turbo replay"))
    return content
