"""Whole pipelines over real frames: what the detector would have delivered, and what that is worth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from turbo_cli.boxes import Detections, IntArray
from turbo_cli.data import Dataset
from turbo_cli.data.selection import Selection
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.metrics import Classes, Evaluation, evaluate
from turbo_cli.pipelines import Decision
from turbo_cli.simulation.arrivals import Arrival
from turbo_cli.simulation.ladders import FrameBoxes
from turbo_cli.simulation.windows import TracedWindow


@dataclass(frozen=True)
class LiveFrame:
    """One frame of the dataset, at `row`, and the moment at which it comes."""

    row: int
    camera: str
    index: int
    arrived_at_s: float


@dataclass(frozen=True, eq=False)
class Replay:
    """Frames in order of arrival, what the pipeline said to each, and the boxes of those it sent, by row.

    Iterating gives the arrivals for `simulate`. A frame that was not sent has difficulty 0, which nothing
    reads. roi_score: least score of a RoI; without D_f, θ′ is θ.
    """

    dataset: Dataset
    frames: Sequence[LiveFrame]
    decisions: Sequence[Decision]
    boxes: dict[int, FrameBoxes]
    roi_score: float = ROI_SCORE

    def __iter__(self) -> Iterator[Arrival]:
        for live, decision in zip(self.frames, self.decisions, strict=True):
            true = predicted = 0.0
            if decision.sent:
                own = self.boxes[live.row]
                true = own.difficulty(self.roi_score)
                predicted = true if own.predicted_difficulty is None else own.predicted_difficulty
            yield Arrival(
                live.camera, live.index, live.arrived_at_s, true, predicted, decision.sent, decision.reason
            )

    def delivered(self, windows: Iterable[TracedWindow]) -> list[Detections]:
        """The boxes of each frame in order of arrival.

        One that was filtered takes the pipeline's own answer; without, and if dropped or late, the last boxes
        of its camera; none before the first.
        """
        last: dict[str, Detections] = {}
        delivered = []
        traced = (frame for window in windows for frame in window.frames)
        for live, decision, frame in zip(self.frames, self.decisions, traced, strict=True):
            if decision.answer is not None:
                last[live.camera] = decision.answer
            elif frame.level is not None and not frame.missed:
                last[live.camera] = self.boxes[live.row].levels[frame.level]
            delivered.append(last.get(live.camera, Detections.empty()))
        return delivered

    def judge(self, windows: Iterable[TracedWindow], classes: Classes | None = None) -> Evaluation:
        """Match what was delivered to the ground truth, frames in the dataset's order (`places`)."""
        chosen = Selection(self.dataset, tuple(sorted(live.row for live in self.frames)))
        by_row = zip((live.row for live in self.frames), self.delivered(windows), strict=True)
        return evaluate(chosen, [found for _, found in sorted(by_row, key=itemgetter(0))], classes)

    @property
    def places(self) -> IntArray:
        """(frames,): where in the dataset's order each frame stands, in order of arrival."""
        return np.argsort(np.argsort([live.row for live in self.frames]))
