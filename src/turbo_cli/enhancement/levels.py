"""What stands above level 0: an enhancer, larger detectors, or frames made clearer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from turbo_cli.detectors.base import STAGES

ENHANCER = "enhancer"


@dataclass(frozen=True)
class Levels:
    """name: `enhancer`, `detectors:NAME,…` or `images:BASELINE,…`, one name a level.

    parents: SHA-256 of what they are made of, by its name: the enhancer's file, or the detectors' weights.
    """

    name: str = ENHANCER
    parents: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether each level is a detection of its own: run per level, and without D_f."""
        return self.name != ENHANCER

    @property
    def count(self) -> int:
        """How many there are, level 0 among them; those above are not to be planned."""
        return 2 + self.name.count(",") if self.whole else 1 + STAGES
