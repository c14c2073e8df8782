"""A window from its frames to their records: filter, overload, detection in either order, report."""

import logging
from collections import Counter
from collections.abc import Sequence

from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.pipelines import CameraFrame as FrameToFilter
from turbo_cli.pipelines import Decision, Pipeline
from turbo_cli.scheduling.gains import LEVELS
from turbo_cli.serving.cameras import CameraFrame
from turbo_cli.serving.engine.drift import SAMPLE
from turbo_cli.serving.engine.figures import Figures
from turbo_cli.serving.engine.options import EngineOptions
from turbo_cli.serving.engine.orders import Batch, Executed, Orders
from turbo_cli.serving.engine.outbox import Outbox
from turbo_cli.serving.engine.parts import Parts
from turbo_cli.serving.engine.status import WindowReport
from turbo_cli.serving.engine.window import Window
from turbo_cli.serving.results import Box, ResultRecord

NO_TIME = "dropped: no time for it even at level 0"
FAILED = "dropped: an error ended its window"

_log = logging.getLogger(__name__)


class WindowRunner:
    """Runs one window after another.

    latest: by camera, the last frame that got boxes of its own. cameras: of which there were frames.
    """

    def __init__(
        self, parts: Parts, options: EngineOptions, pipeline: Pipeline, outbox: Outbox, figures: Figures
    ) -> None:
        self.latest: dict[str, CameraFrame] = {}
        self.cameras: set[str] = set()
        self._parts = parts
        self._orders = Orders(parts, options.fusion)
        self._window_ms = options.window_ms
        self._pipeline = pipeline
        self._outbox = outbox
        self._figures = figures
        self._now = parts.clock.now
        self._started_at = self._now()
        self._boxes: dict[str, tuple[Box, ...]] = {}

    def run(self, number: int, frames: Sequence[CameraFrame], closed_at: float) -> None:
        """Bring every frame to its record, whatever happens."""
        self.cameras.update(frame.camera for frame in frames)
        deadline = closed_at + self._window_ms / 1000
        names = self._parts.worker.detector.categories
        window = Window(number, frames, closed_at, deadline, self._now, self._give, names)
        try:
            self._work(window)
        except Exception as error:  # noqa: BLE001 - one bad window must not end the service
            _log.exception("window %d failed", number)
            self._figures.fail(f"{type(error).__name__}: {error}")
        finally:
            for row in range(len(frames)):
                window.pass_over(row, True, FAILED, self._boxes_of(frames[row]))
            self._parts.forecast.end_window()

    def forget(self, camera: str) -> None:
        """Drop what is known of a camera, all but its part in the sums; not while a window runs."""
        self.cameras.discard(camera)
        self.latest.pop(camera, None)
        self._boxes.pop(camera, None)
        parts = self._parts
        for part in (self._pipeline, self._figures, parts.drift, parts.guard, parts.collecting):
            if part:
                part.forget(camera)

    def _work(self, window: Window) -> None:
        self._parts.worker.take_timings()
        decisions = [self._decide(frame) for frame in window.frames]
        window.reasons = [decision.reason for decision in decisions]
        sent = [row for row, decision in enumerate(decisions) if decision.sent]
        kept = self._newest_that_fit(window, sent)
        executed = None
        try:
            if kept:
                executed = self._detect(window, kept, overloaded=len(kept) < len(sent))
        finally:
            for row in sorted(set(range(len(decisions))) - set(kept)):
                reason = NO_TIME if decisions[row].sent else decisions[row].reason
                window.pass_over(row, decisions[row].sent, reason, self._boxes_of(window.frames[row]))
        report = self._report(window, len(sent), kept, executed)
        self._figures.add(report)
        if self._parts.plans and report.plan:
            self._parts.plans.append(report.plan)

    def _decide(self, frame: CameraFrame) -> Decision:
        return self._pipeline.decide(FrameToFilter(frame.camera, frame.index, frame.image, frame.time))

    def _newest_that_fit(self, window: Window, sent: Sequence[int]) -> list[int]:
        """As many rows as level 0 most likely has time for, at least one: of each camera the newest first.

        No margin here: a frame that is dropped is lost for certain, one that might be late only perhaps.
        """
        forecast, left_ms = self._parts.forecast, window.left_ms
        newer: Counter[str] = Counter()
        ranks = []
        for row in reversed(sent):
            camera = window.frames[row].camera
            ranks.append((newer[camera], -row))
            newer[camera] += 1
        count = len(sent)
        while count > 1 and forecast.likely_level_0_ms(count) > left_ms:
            count -= 1
        return sorted(-row for _, row in sorted(ranks)[:count])

    def _detect(self, window: Window, rows: Sequence[int], overloaded: bool) -> Executed:
        parts, frames, started = self._parts, len(rows), self._now()
        images, geometry = parts.worker.detector.prepare([window.frames[row].image for row in rows])
        batch = Batch(window, rows, images, geometry, overloaded)
        window.prepare_ms = 1000 * (self._now() - started)
        parts.forecast.note_before(frames, window.prepare_ms)
        believed = parts.forecast.believed
        doubted = bool(parts.guard and parts.guard.doubts(batch.cameras))
        order = parts.planning.order_of(window.number, self._figures.mean_frames, believed, doubted)
        needed_ms = believed.ms("discriminator", frames) + parts.forecast.level_0_ms(frames)
        if order == "detect-first" or overloaded or needed_ms > window.left_ms:
            executed = self._orders.detect_first(batch)
        else:
            executed = self._orders.discriminate_first(batch)
        parts.forecast.note_after(frames, 1000 * (self._now() - started) - window.device_ms)
        self._look_for_drift(batch)
        return executed

    def _look_for_drift(self, batch: Batch) -> None:
        """Compare θ′ with θ where both are known, or can be at no one's cost."""
        window = batch.window
        records = [window.records[row] for row in batch.rows]
        guesses = [record.predicted_difficulty for record in records]
        due = self._parts.worker.enhancer and window.order == "detect-first" and window.number % SAMPLE == 0
        if due and self._parts.forecast.believed.ms("discriminator", len(records)) < window.left_ms:
            guesses = [*self._parts.worker.predict(batch.images)]
            self._parts.worker.take_timings()  # no part of the window: its records are out
        for record, guess in zip(records, guesses, strict=True):
            if guess is not None and record.difficulty is not None:
                self._parts.drift.compare(record.camera, guess, record.difficulty)
        if self._parts.collecting:
            drifting = self._parts.drift.drifting(batch.cameras)
            for row in batch.rows:
                if window.frames[row].camera in drifting:
                    self._parts.collecting.offer(window.frames[row])

    def _give(self, frame: CameraFrame, record: ResultRecord, late: bool) -> None:
        if record.level is None:
            self._figures.count_unserved(record.camera, record.sent)
        else:
            self.latest[frame.camera] = frame
            self._boxes[frame.camera] = record.boxes
            latency_ms = 1000 * max(0.0, record.done_at - record.arrived_at)
            self._figures.count_served(record.camera, record.level, latency_ms, late)
        self._outbox.give(record)

    def _boxes_of(self, frame: CameraFrame) -> tuple[Box, ...]:
        return self._boxes.get(frame.camera, ())

    def _report(
        self, window: Window, sent: int, kept: Sequence[int], executed: Executed | None
    ) -> WindowReport:
        took_ms = 1000 * (window.done_at - window.closed_at)
        levels = Counter(record.level for record in window.records.values())
        frame = window.frames[-1]
        return WindowReport(
            number=window.number,
            closed_at=frame.arrived_at + window.closed_at - frame.arrived_monotonic,
            collected=len(window.frames),
            sent=sent,
            dropped=sent - len(kept),
            late=window.late,
            levels=tuple(levels[level] for level in range(LEVELS)),
            budget_ms=executed.budget_ms if executed else 0.0,
            took_ms=took_ms,
            device_ms=window.device_ms,
            overhead_ms=took_ms - window.device_ms,
            level_0_ms=window.level_0_ms,
            overloaded=len(kept) < sent
            or window.level_0_ms > self._window_ms
            or bool(executed and executed.plan.overloaded),
            order=window.order or self._parts.planning.order,
            plan=self._window_plan(window, kept, executed, took_ms) if executed else None,
        )

    def _window_plan(
        self, window: Window, kept: Sequence[int], executed: Executed, took_ms: float
    ) -> WindowPlan:
        return WindowPlan(
            window.number,
            window.closed_at - self._started_at,
            executed.budget_ms,
            cameras=tuple(window.frames[row].camera for row in kept),
            indices=tuple(window.frames[row].index for row in kept),
            difficulties=tuple(executed.difficulties),
            **vars(executed.plan),
            measured_latency_ms=took_ms,
        )
