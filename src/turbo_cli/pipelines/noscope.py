"""NoScope: changed frames that a cheap model is unsure of (Kang et al., VLDB 2017; §6.1)."""

from turbo_cli.boxes import FloatArray
from turbo_cli.enhancement.difficulty import confidence
from turbo_cli.pipelines.base import CameraFrame, Decision
from turbo_cli.pipelines.changes import mean_square, thumbnail
from turbo_cli.pipelines.cheap import CheapDetector, load_cheap_detector


class NoScope:
    """A difference detector, and behind it a cheap model whose confident frames need no other.

    NoScope's difference detector compares with an earlier frame by the mean squared error and drops what
    differs by less than δ_diff. Its cheap model gives a confidence: below c_low nothing is there, above
    c_high it is surely right, and what lies between goes to the large model. Here the earlier frame is the
    last one that the cheap model saw, and the confidence is the mean score of the boxes of at least c_low.
    What the cheap model is sure of is the answer; an unchanged frame takes the answer of the one before.
    NoScope fits the three thresholds to every video by its optimiser; these are ours.

    difference: δ_diff in grey levels² of the thumbnail. low, high: c_low and c_high.
    """

    def __init__(
        self,
        cheap: CheapDetector | None = None,
        difference: float = 20.0,
        low: float = 0.3,
        high: float = 0.6,
    ) -> None:
        self.cheap = cheap or load_cheap_detector()
        self.difference, self.low, self.high = difference, low, high
        self._looked_at: dict[str, FloatArray] = {}

    def decide(self, frame: CameraFrame) -> Decision:
        """Send a frame that has changed and is neither surely empty nor surely understood."""
        now = thumbnail(frame.pixels)
        if mean_square(now, self._looked_at.get(frame.camera)) < self.difference:
            return Decision(False, "unchanged")
        self._looked_at[frame.camera] = now
        found = self.cheap(frame.pixels).above(self.low)
        sure = confidence(found, self.low)
        if sure is None:
            return Decision(False, "surely empty", found)
        if sure > self.high:
            return Decision(False, f"surely understood: {sure:.2f}", found)
        return Decision(True, f"uncertain: {sure:.2f}")

    def forget(self, camera: str) -> None:
        """A camera has gone."""
        self._looked_at.pop(camera, None)
