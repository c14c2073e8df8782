"""What the work of a window will take: the profile, corrected by the clock while it runs."""

from collections.abc import Iterable

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.correction import Correction, Ratio
from turbo_cli.scheduling.costs import Execution
from turbo_cli.scheduling.latency import LatencyProfile
from turbo_cli.serving.engine.worker import Timing
from turbo_cli.simulation.execution import level_0_ms


class Forecast:
    """Predicts and learns. latency: what the profile says. corrects: whether the clock is believed."""

    def __init__(self, latency: LatencyProfile, execution: Execution, corrects: bool) -> None:
        self.believed = self._likely = latency
        self._profile = latency
        self._execution = execution
        self._corrects = corrects
        self._correction = Correction()
        self._before = self._after = Ratio()
        self._seen: list[Timing] = []

    @property
    def factors(self) -> dict[Piece, float]:
        """By piece that has run, what its predictions are multiplied by."""
        return {piece: ratio.factor for piece, ratio in self._correction.ratios.items()}

    def level_0_ms(self, frames: int) -> float:
        """The detector alone on so many frames."""
        return level_0_ms(self.believed, self._execution, frames)

    def likely_level_0_ms(self, frames: int) -> float:
        """So many frames at level 0 from preparing to records, without a margin."""
        around_ms = (self._before.likely + self._after.likely) * frames
        return around_ms + level_0_ms(self._likely, self._execution, frames)

    def after_ms(self, frames: int) -> float:
        """Planning for so many frames, and writing their records."""
        return self._after.factor * frames

    def note_before(self, frames: int, ms: float) -> None:
        """What preparing took."""
        self._before = self._before.seen(ms / frames)

    def note_after(self, frames: int, ms: float) -> None:
        """What planning and records took."""
        self._after = self._after.seen(ms / frames)

    def observe(self, timings: Iterable[Timing]) -> None:
        """Learn from pieces that have just run; the rest of the window is not taken to go any faster."""
        for timing in timings:
            self._seen.append(timing)
            predicted_ms = self._profile.ms(timing.piece, timing.frames)
            self._correction = self._correction.observe(timing.piece, predicted_ms, timing.ms)
        self._believe(self._pace())

    def end_window(self) -> None:
        """What did not run is taken to have gone as the rest did: else it would be judged by an old day."""
        pace = self._pace()
        idle = set(self._correction.ratios) - {timing.piece for timing in self._seen}
        for piece in idle if pace else ():
            self._correction = self._correction.observe(piece, 1.0, pace)
        self._seen = []
        self._believe(0.0)

    def _pace(self) -> float:
        """Measured over predicted time of the window so far; D_f is too short to tell."""
        told = [timing for timing in self._seen if timing.piece != "discriminator"]
        predicted_ms = sum(self._profile.ms(timing.piece, timing.frames) for timing in told)
        return sum(timing.ms for timing in told) / predicted_ms if predicted_ms else 0.0

    def _believe(self, pace: float) -> None:
        if self._corrects:
            self.believed = self._correction.apply(self._profile, pace)
            self._likely = self._correction.likely(self._profile)
