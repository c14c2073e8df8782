"""Enhanced frames before and after: one from each part of the film, the one that changed most."""

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from turbo_cli.trying.drawing import draw_after, draw_before
from turbo_cli.trying.playing import Played

MOST_CASES = 8


@dataclass(frozen=True, eq=False)
class Case:
    """An enhanced frame, and pictures of it at level 0 and as it is delivered."""

    played: Played
    before: Image.Image
    after: Image.Image


class Gallery:
    """Keeps one frame of each part; frames: of the whole film."""

    def __init__(self, frames: int) -> None:
        self._a_part = -(-frames // MOST_CASES)
        self._frames = 0
        self._best: dict[int, Played] = {}

    def add(self, played: Played) -> None:
        """Look at the next frame."""
        part = self._frames // self._a_part
        self._frames += 1
        best = self._best.get(part)
        if played.enhanced and (best is None or played.changes.count > best.changes.count):
            self._best[part] = played

    def cases(self, names: Mapping[int, str]) -> list[Case]:
        """The kept frames in order of time; those without a change only if nothing was changed at all."""
        changed = [played for played in self._best.values() if played.changes.count]
        return [
            Case(
                played,
                Image.fromarray(draw_before(played)),
                Image.fromarray(draw_after(played, names, small=True)),
            )
            for played in changed or list(self._best.values())
        ]
