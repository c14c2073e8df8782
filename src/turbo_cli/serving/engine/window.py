"""The frames of one window on their way to exactly one record each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from turbo_cli.artifacts.latency import Piece
from turbo_cli.boxes import Detections
from turbo_cli.scheduling.costs import Order
from turbo_cli.serving.cameras import CameraFrame
from turbo_cli.serving.engine.worker import Timing
from turbo_cli.serving.results import Box, Latency, ResultRecord, boxes_of

LEVEL_0: tuple[Piece, ...] = ("encode", "head", "level-0")
"""The pieces of level 0 in either execution."""


@dataclass(frozen=True)
class Served:
    """Boxes of a frame's own. predicted, true: θ′ and θ, where known."""

    detections: Detections
    level: int
    predicted: float | None = None
    true: float | None = None


@dataclass
class Window:
    """number: names its plan. closed_at, deadline: seconds of the clock `now`. names: of categories by id.

    give: takes each record, and whether it is late. reasons: why each frame was sent. order, prepare_ms,
    timings: known once it runs. done_at: when the last record was made. Any thread may finish a frame; the
    first one makes its record, and whoever comes later changes nothing.
    """

    number: int
    frames: Sequence[CameraFrame]
    closed_at: float
    deadline: float
    now: Callable[[], float]
    give: Callable[[CameraFrame, ResultRecord, bool], None]
    names: Mapping[int, str]
    reasons: Sequence[str] = ()
    order: Order | None = None
    prepare_ms: float = 0.0
    timings: list[Timing] = field(default_factory=list)
    records: dict[int, ResultRecord] = field(default_factory=dict)
    late: int = 0
    done_at: float = 0.0

    def __post_init__(self) -> None:
        self._lock = Lock()

    @property
    def left_ms(self) -> float:
        """Until the deadline; negative after it."""
        return 1000 * (self.deadline - self.now())

    @property
    def device_ms(self) -> float:
        """What detector and enhancer took until now, D_f aside."""
        pieces = sum(timing.ms for timing in self.timings if timing.piece != "discriminator")
        return self.prepare_ms + pieces

    @property
    def level_0_ms(self) -> float:
        """What it took to the last record, all but enhancement."""
        once = {timing.piece: timing.ms for timing in reversed(self.timings)}  # the head may run once more
        level_0 = sum(once.get(piece, 0.0) for piece in LEVEL_0)
        enhancement = sum(timing.ms for timing in self.timings) - level_0
        return max(level_0, 1000 * (self.done_at - self.closed_at) - enhancement)

    def serve(self, row: int, served: Served) -> None:
        """Make the record of a frame that was detected."""
        self._finish(
            row,
            lambda: {
                "sent": True,
                "reason": self.reasons[row],
                "boxes": boxes_of(served.detections, self.names),
                "level": served.level,
                "difficulty": served.true,
                "predicted_difficulty": served.predicted,
                "order": self.order,
                "plan_id": str(self.number),
            },
        )

    def pass_over(self, row: int, sent: bool, reason: str, boxes: tuple[Box, ...]) -> None:
        """Make the record of a frame that was not detected; boxes: the last ones of its camera."""
        self._finish(row, lambda: {"sent": sent, "reason": reason, "boxes": boxes})

    def _finish(self, row: int, outcome: Callable[[], dict[str, object]]) -> None:
        with self._lock:
            if row in self.records:
                return
            frame = self.frames[row]
            record = ResultRecord.model_validate(self._arrival(frame) | outcome())
            self.done_at = self.now()
            late = record.level is not None and self.done_at > self.deadline
            self.records[row] = record
            self.late += late
            self.give(frame, record, late)

    def _arrival(self, frame: CameraFrame) -> dict[str, object]:
        height, width = frame.image.shape[:2]
        return {
            "camera": frame.camera,
            "index": frame.index,
            "time": frame.time,
            "arrived_at": frame.arrived_at,
            "done_at": frame.arrived_at + self.now() - frame.arrived_monotonic,
            "width": width,
            "height": height,
            "latency": self._latency(frame),
        }

    def _latency(self, frame: CameraFrame) -> Latency:
        def ms(*kinds: str) -> float | None:
            took = [timing.ms for timing in self.timings if timing.piece.startswith(kinds)]
            return sum(took) if took else None

        return Latency(
            decode_ms=frame.decode_ms,
            wait_ms=max(0.0, 1000 * (self.closed_at - frame.arrived_monotonic)),
            encode_ms=ms("encode", "level-0"),
            enhance_ms=ms("layer", "level-1", "level-2", "level-3", "level-4", "level-5"),
            head_ms=ms("head"),
        )
