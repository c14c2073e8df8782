"""The two orders in which a window can run (DESIGN "Execution")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from turbo_cli.boxes import Detections
from turbo_cli.detectors.base import Geometry
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.enhancement.enhancer import Detected
from turbo_cli.enhancement.fusion import Fusion, fuse
from turbo_cli.scheduling import Plan
from turbo_cli.scheduling.costs import Order
from turbo_cli.serving.engine.parts import Parts
from turbo_cli.serving.engine.window import Served, Window


@dataclass(frozen=True, eq=False)
class Batch:
    """The frames of a window that are detected: their rows in it, and how the detector takes them.

    overloaded: there is no time even for these, so none to enhance.
    """

    window: Window
    rows: Sequence[int]
    images: Tensor
    geometry: Sequence[Geometry]
    overloaded: bool

    @property
    def cameras(self) -> list[str]:
        """The camera of each frame."""
        return [self.window.frames[row].camera for row in self.rows]

    def serve(self, served: Mapping[int, Served]) -> None:
        """Make records, by place in the batch."""
        for place, one in served.items():
            self.window.serve(self.rows[place], one)


@dataclass(frozen=True)
class Executed:
    """How a window was planned: by which difficulties, and for how many milliseconds."""

    plan: Plan
    difficulties: Sequence[float]
    budget_ms: float


class Orders:
    """Runs batches. fusion: what becomes of the level-0 boxes of enhanced frames."""

    def __init__(self, parts: Parts, fusion: Fusion) -> None:
        self._worker = parts.worker
        self._planning = parts.planning
        self._forecast = parts.forecast
        self._guard = parts.guard
        self._clock = parts.clock
        self._roi_score = parts.roi_score
        self._fusion = fusion

    def discriminate_first(self, batch: Batch) -> Executed:
        """Plan by θ′ and run everything once."""
        predicted = self._worker.predict(batch.images)
        self._observe(batch.window)
        spent_ms = self._forecast.believed.ms("discriminator", len(predicted))
        executed = self._plan("discriminate-first", batch, predicted, spent_ms)
        levels = executed.plan.levels
        found = self._worker.run(batch.images, batch.geometry, levels)
        self._observe(batch.window)
        batch.serve(
            {
                place: Served(boxes, level, guess, None if level else self._difficulty(boxes))
                for place, (boxes, level, guess) in enumerate(zip(found, levels, predicted, strict=True))
            }
        )
        return executed

    def detect_first(self, batch: Batch) -> Executed:
        """Detect all frames; enhance by θ for as long as the clock leaves, those that gain by it."""
        detected = self._worker.detect(batch.images, batch.geometry)
        self._observe(batch.window)
        true = [self._difficulty(boxes) for boxes in detected.detections]
        executed = self._plan("detect-first", batch, true, self._forecast.level_0_ms(len(true)))
        levels = executed.plan.levels
        plain = [
            Served(boxes, 0, None, theta) for boxes, theta in zip(detected.detections, true, strict=True)
        ]
        batch.serve({place: plain[place] for place, level in enumerate(levels) if not level})
        if any(levels):
            waiting = {place: plain[place] for place, level in enumerate(levels) if level}
            self._enhance(batch, detected, levels, waiting)
        return executed

    def _enhance(
        self, batch: Batch, detected: Detected, levels: Sequence[int], waiting: Mapping[int, Served]
    ) -> None:
        """Better boxes for those who wait; what is unfinished at the deadline gets its level-0 boxes then."""
        window = batch.window
        after_ms = self._forecast.after_ms(len(waiting))
        needed_ms = after_ms + self._forecast.believed.ms("head", len(waiting))
        alarm = self._clock.alarm((window.left_ms - after_ms) / 1000, lambda: batch.serve(waiting))
        try:
            better = self._worker.enhance(detected, levels, lambda: window.left_ms < needed_ms)
        except Exception:
            batch.serve(waiting)
            raise
        finally:
            alarm.cancel()
        self._observe(window)
        batch.serve(
            {
                place: self._choose(batch.cameras[place], levels[place], served, better.get(place))
                for place, served in waiting.items()
            }
        )

    def _choose(self, camera: str, level: int, plain: Served, better: Detections | None) -> Served:
        """The boxes that a frame gets in the end."""
        if better is None:
            return plain
        if self._guard and not self._guard.judge(camera, level, plain.detections, better):
            return plain
        return Served(fuse(plain.detections, better, self._fusion), level, plain.predicted, plain.true)

    def _plan(self, order: Order, batch: Batch, difficulties: Sequence[float], spent_ms: float) -> Executed:
        """spent_ms: what has run already of what a plan of this order counts."""
        window, forecast = batch.window, self._forecast
        window.order = order
        left_ms = window.left_ms - forecast.after_ms(len(difficulties))
        budget_ms = 0.0 if batch.overloaded else left_ms + spent_ms
        guard, may_judge = self._guard, order == "detect-first"
        allowed = guard.allowed(batch.cameras, may_judge) if guard else None
        plan = self._planning.plan(order, forecast.believed, difficulties, budget_ms, allowed)
        return Executed(plan, difficulties, budget_ms)

    def _observe(self, window: Window) -> None:
        timings = self._worker.take_timings()
        window.timings.extend(timings)
        self._forecast.observe(timings)

    def _difficulty(self, detections: Detections) -> float:
        """θ of eq. 1; a frame without any RoI is as hard as can be."""
        return 1 - (confidence(detections, self._roi_score) or 0.0)
