"""A dataset's cameras as if they were live: when each frame comes, and what the pipeline says to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from turbo_cli.data import Dataset
from turbo_cli.data.statistics import frames_by_camera
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.ladders import FrameBoxes, Ladder
from turbo_cli.errors import TurboError
from turbo_cli.pipelines import CameraFrame, Decision, make_pipeline
from turbo_cli.progress import Track, untracked
from turbo_cli.simulation.box_cache import detect_cached
from turbo_cli.simulation.replay import LiveFrame, Replay


@dataclass(frozen=True)
class _Filtered:
    """Whose frames a pipeline has decided on."""

    pipeline: str
    camera: str
    fps: float


class Footage:
    """Replays of a dataset; frames are filtered once for each pipeline, and detected once for all.

    roi_score: least score of a RoI, as in the profile that the replays are planned by.
    """

    def __init__(
        self, dataset: Dataset, ladder: Ladder, roi_score: float = ROI_SCORE, track: Track = untracked
    ) -> None:
        self.dataset, self.ladder, self.roi_score, self.track = dataset, ladder, roi_score, track
        self._rows = frames_by_camera(dataset)
        self._decisions: dict[_Filtered, list[Decision]] = {}
        self._boxes: dict[int, FrameBoxes] = {}

    def replay(self, pipeline: str, cameras: int | None, fps: float) -> Replay:
        """The first `cameras` (None: all), `fps` frames a second from each, in order of arrival.

        Cameras are not in step: each begins a share of the frame time after the one before.
        Raises `TurboError` for more cameras than there are, and for an unknown pipeline.
        """
        if cameras is not None and cameras > len(self._rows):
            raise TurboError(
                f"{self.dataset.path}: has {len(self._rows)} cameras, not {cameras}", "ask for fewer"
            )
        chosen = list(self._rows)[:cameras]
        frames = [
            (LiveFrame(row, camera, self.dataset.frames[row].index, arrived_at_s), decision)
            for number, camera in enumerate(chosen)
            for row, arrived_at_s, decision in zip(
                self._rows[camera],
                self._moments(camera, fps, number / len(chosen)),
                self._decide(_Filtered(pipeline, camera, fps)),
                strict=True,
            )
        ]
        frames.sort(key=lambda pair: pair[0].arrived_at_s)
        live_frames, decisions = [live for live, _ in frames], [decision for _, decision in frames]
        sent = [live.row for live, decision in frames if decision.sent]
        return Replay(self.dataset, live_frames, decisions, self._detect(sent), self.roi_score)

    def _moments(self, camera: str, fps: float, phase: float) -> list[float]:
        return [(place + phase) / fps for place in range(len(self._rows[camera]))]

    def _decide(self, wanted: _Filtered) -> list[Decision]:
        if wanted not in self._decisions:
            pipeline = make_pipeline(wanted.pipeline)
            rows, moments = self._rows[wanted.camera], self._moments(wanted.camera, wanted.fps, 0)
            shown = self.track(zip(rows, moments, strict=True), f"filtering {wanted.camera}", len(rows))
            self._decisions[wanted] = [
                pipeline.decide(
                    CameraFrame(
                        wanted.camera, self.dataset.frames[row].index, self.dataset.frame(row), moment
                    )
                )
                for row, moment in shown
            ]
        return self._decisions[wanted]

    def _detect(self, rows: Sequence[int]) -> dict[int, FrameBoxes]:
        missing = [row for row in rows if row not in self._boxes]
        self._boxes |= detect_cached(self.dataset, missing, self.ladder, track=self.track)
        return self._boxes
