"""What can be said of a video without labels."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from turbo_cli.boxes import Detections
from turbo_cli.enhancement.difficulty import HARD_THRESHOLD
from turbo_cli.simulation.summary import Summary
from turbo_cli.trying.playing import Played


@dataclass(frozen=True)
class Findings:
    """Sums over the frames that were played.

    summary: the simulation's. hard: frames whose RoIs' mean score is below 0.6. blank: frames without any
    RoI; only labels could say whether they are hard or empty. enhanced: frames with enhanced boxes in time;
    changed: those of them that gained or lost a box. boxes, delivered: in the enhanced frames, at level 0 and
    as delivered. gained, lost: by which the two differ. mean_score, mean_score_delivered: of these boxes.
    kept_score, kept_score_delivered: of those of them that were found both times. None where there are none.
    """

    summary: Summary
    hard: int
    blank: int
    enhanced: int
    changed: int
    boxes: int
    delivered: int
    gained: int
    lost: int
    mean_score: float | None
    mean_score_delivered: float | None
    kept_score: float | None
    kept_score_delivered: float | None


class Count:
    """Takes frames as they are played and gives their `Findings`."""

    def __init__(self) -> None:
        self._hard = self._blank = self._enhanced = self._changed = self._gained = self._lost = 0
        self._plain, self._delivered, self._kept, self._again = (_Scores() for _ in range(4))

    def add(self, played: Played) -> None:
        """Count one frame."""
        difficulty = played.traced.difficulty
        if played.plain is not None and difficulty is not None:
            self._blank += difficulty == 1
            self._hard += is_hard(difficulty)
        if played.plain is not None and played.enhanced:
            self._enhanced += 1
            self._changed += bool(played.changes.count)
            self._gained += len(played.changes.gained)
            self._lost += len(played.changes.lost)
            self._plain.add(played.plain)
            self._delivered.add(played.delivered)
            self._kept.add(played.changes.kept)
            self._again.add(played.changes.again)

    def findings(self, summary: Summary) -> Findings:
        """Of what was counted so far."""
        return Findings(
            summary,
            self._hard,
            self._blank,
            self._enhanced,
            self._changed,
            self._plain.boxes,
            self._delivered.boxes,
            self._gained,
            self._lost,
            self._plain.mean(),
            self._delivered.mean(),
            self._kept.mean(),
            self._again.mean(),
        )


def as_json(findings: Findings) -> dict[str, Any]:
    """The simulation's summary and what was counted, in one flat object."""
    content = asdict(findings)
    return {**content.pop("summary"), **content}


def is_hard(difficulty: float) -> bool:
    """Whether θ is that of a hard frame; 1 is that of a frame without RoIs, which may be empty."""
    return 1 - HARD_THRESHOLD < difficulty < 1


class _Scores:
    def __init__(self) -> None:
        self.boxes = 0
        self._sum = 0.0

    def add(self, found: Detections) -> None:
        self.boxes += len(found)
        self._sum += float(np.sum(found.scores, dtype=np.float64))

    def mean(self) -> float | None:
        return self._sum / self.boxes if self.boxes else None
