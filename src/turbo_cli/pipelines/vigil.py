"""Vigil: the frames with most objects (Zhang et al., MobiCom 2015; §6.1)."""

from collections import deque

from turbo_cli.pipelines.base import CameraFrame, Decision
from turbo_cli.pipelines.cheap import CheapDetector, load_cheap_detector


class Vigil:
    """Counts objects in every frame with a cheap detector and sends the frames that show most of them.

    Vigil's camera nodes run cheap vision on every frame and give the link to the frames with most objects;
    a frame without any is never sent (§2.1). A live pipeline cannot wait for the end of a window, so a frame
    is sent if no frame of its camera within the last `window_s` had more objects. Vigil divides a link among
    many cameras and has no number for this; these are ours.

    score: from which a box of the cheap detector is an object. window_s: seconds.
    """

    def __init__(self, cheap: CheapDetector | None = None, score: float = 0.3, window_s: float = 1.0) -> None:
        self.cheap = cheap or load_cheap_detector()
        self.score, self.window_s = score, window_s
        self._counts: dict[str, deque[tuple[float, int]]] = {}

    def decide(self, frame: CameraFrame) -> Decision:
        """Send a frame that no other of the last seconds surpasses."""
        count = len(self.cheap(frame.pixels).above(self.score))
        counts = self._counts.setdefault(frame.camera, deque())
        while counts and not frame.taken_at_s - self.window_s < counts[0][0] <= frame.taken_at_s:
            counts.popleft()  # also where the camera's clock was set back: it would be "later" for ever
        most = max((earlier for _, earlier in counts), default=0)
        counts.append((frame.taken_at_s, count))
        if count == 0:
            return Decision(False, "no objects")
        if count < most:
            return Decision(False, f"fewer objects: {count} of {most}")
        return Decision(True, f"most objects: {count}")

    def forget(self, camera: str) -> None:
        """A camera has gone."""
        self._counts.pop(camera, None)
