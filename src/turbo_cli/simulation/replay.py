"""Whole pipelines over real frames: what the detector would have delivered, and what that is worth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.boxes import Detections, IntArray
from turbo_cli.data import Dataset
from turbo_cli.data.selection import Selection
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.ladders import FrameBoxes
from turbo_cli.metrics import Classes, Evaluation, evaluate
from turbo_cli.pipelines import Decision
from turbo_cli.simulation.arrivals import Arrival
from turbo_cli.simulation.windows import TracedWindow


@dataclass(frozen=True)
class LiveFrame:
    """One frame of the dataset, at `row`, and the moment at which it comes."""

    row: int
    camera: str
    index: int
    arrived_at_s: float

    def arrival(self, decision: Decision, boxes: FrameBoxes | None, roi_score: float) -> Arrival:
        """What `simulate` wants to know of it; boxes: None for a frame that was not sent.

        Such a frame has difficulty 0, which nothing reads. Without D_f, θ′ is θ.
        """
        true = boxes.difficulty(roi_score) if boxes else 0.0
        predicted = boxes.predicted_difficulty if boxes else None
        return Arrival(
            self.camera,
            self.index,
            self.arrived_at_s,
            true,
            true if predicted is None else predicted,
            decision.sent,
            decision.reason,
        )


class Screen:
    """The boxes that each camera shows at any time: the latest that were there.

    A frame that was filtered takes the pipeline's own answer; without, and if dropped or late, the last boxes
    of its camera; none before the first.
    """

    def __init__(self) -> None:
        self._last: dict[str, Detections] = {}

    def show(self, frame: TracedFrame, decision: Decision, boxes: FrameBoxes | None) -> Detections:
        """The boxes from this frame on; boxes: its own, None for a frame that was not sent."""
        if decision.answer is not None:
            self._last[frame.camera] = decision.answer
        elif boxes and frame.level is not None and not frame.missed:
            self._last[frame.camera] = boxes.levels[frame.level]
        return self._last.get(frame.camera, Detections.empty())


@dataclass(frozen=True, eq=False)
class Replay:
    """Frames in order of arrival, what the pipeline said to each, and the boxes of those it sent, by row.

    Iterating gives the arrivals for `simulate`. roi_score: least score of a RoI.
    """

    dataset: Dataset
    frames: Sequence[LiveFrame]
    decisions: Sequence[Decision]
    boxes: dict[int, FrameBoxes]
    roi_score: float = ROI_SCORE

    def __iter__(self) -> Iterator[Arrival]:
        for live, decision in zip(self.frames, self.decisions, strict=True):
            boxes = self.boxes[live.row] if decision.sent else None
            yield live.arrival(decision, boxes, self.roi_score)

    def delivered(self, windows: Iterable[TracedWindow]) -> list[Detections]:
        """The boxes of each frame in order of arrival, as `Screen` shows them."""
        screen = Screen()
        traced = (frame for window in windows for frame in window.frames)
        return [
            screen.show(frame, decision, self.boxes.get(live.row))
            for live, decision, frame in zip(self.frames, self.decisions, traced, strict=True)
        ]

    def judge(self, windows: Iterable[TracedWindow], classes: Classes | None = None) -> Evaluation:
        """Match what was delivered to the ground truth, frames in the dataset's order (`places`)."""
        chosen = Selection(self.dataset, tuple(sorted(live.row for live in self.frames)))
        by_row = zip((live.row for live in self.frames), self.delivered(windows), strict=True)
        return evaluate(chosen, [found for _, found in sorted(by_row, key=itemgetter(0))], classes)

    @property
    def places(self) -> IntArray:
        """(frames,): where in the dataset's order each frame stands, in order of arrival."""
        return np.argsort(np.argsort([live.row for live in self.frames]))
