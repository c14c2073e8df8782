"""The frames of one camera as they come: filtered, and detected at every level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from turbo_cli.data import Dataset
from turbo_cli.data.images import Frame
from turbo_cli.data.viewing import frame_rate
from turbo_cli.detectors.running import memory_errors
from turbo_cli.enhancement.ladders import EnhancerLadder, FrameBoxes
from turbo_cli.errors import TurboError
from turbo_cli.pipelines import CameraFrame, Decision, Pipeline, make_pipeline
from turbo_cli.simulation.box_cache import cached_boxes
from turbo_cli.simulation.replay import LiveFrame

BATCH = 8
"""Frames that are detected at a time."""


@dataclass(frozen=True, eq=False)
class Shot:
    """One frame, what the pipeline said to it, and its boxes at every level if that sent it."""

    live: LiveFrame
    pixels: Frame
    decision: Decision
    boxes: FrameBoxes | None


@dataclass(frozen=True, eq=False)
class Film:
    """One camera's frames, decoded and detected as they are iterated over, the same each time.

    Raises `TurboError` for frames of several cameras and for an unknown pipeline.
    """

    video: Dataset
    ladder: EnhancerLadder
    pipeline: str

    def __post_init__(self) -> None:
        cameras = {info.camera for info in self.video.frames}
        if len(cameras) > 1:
            raise TurboError(
                f"{self.video.path}: has {len(cameras)} cameras", "name the video of one of them"
            )
        make_pipeline(self.pipeline)

    @property
    def end_s(self) -> float:
        """When its last frame ends, seconds from the first."""
        frames = self.video.frames
        return frames[-1].timestamp - frames[0].timestamp + 1 / frame_rate(self.video)

    def __iter__(self) -> Iterator[Shot]:
        pipeline, frames = make_pipeline(self.pipeline), len(self.video)
        for start in range(0, frames, BATCH):
            yield from self._shots(range(start, min(start + BATCH, frames)), pipeline)

    def _shots(self, rows: Sequence[int], pipeline: Pipeline) -> list[Shot]:
        lives = [self._live(row) for row in rows]
        pixels = [self.video.frame(row) for row in rows]
        decisions = [
            pipeline.decide(CameraFrame(live.camera, live.index, frame, live.arrived_at_s))
            for live, frame in zip(lives, pixels, strict=True)
        ]
        sent = [place for place, decision in enumerate(decisions) if decision.sent]
        with memory_errors(len(sent), "lower --size"):
            found = cached_boxes([pixels[place] for place in sent], self.ladder) if sent else []
        boxes = dict(zip(sent, found, strict=True))
        shots = zip(lives, pixels, decisions, strict=True)
        return [Shot(*shot, boxes.get(place)) for place, shot in enumerate(shots)]

    def _live(self, row: int) -> LiveFrame:
        info = self.video.frames[row]
        return LiveFrame(row, info.camera, info.index, info.timestamp - self.video.frames[0].timestamp)
