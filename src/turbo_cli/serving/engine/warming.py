"""Before the first window: what is slow only once is done, and a detector without a profile is timed."""

import numpy as np

from turbo_cli.artifacts.latency import Piece
from turbo_cli.scheduling.gains import HIGHEST_LEVEL
from turbo_cli.scheduling.latency import PIECES, LatencyProfile
from turbo_cli.serving.engine.worker import Timing, Worker

RUNS = 3


def warm_up(worker: Worker) -> list[Timing]:
    """Run every piece on a grey frame; the timings are of the last level-0 run."""
    width, height = worker.detector.input_size
    images, geometry = worker.detector.prepare([np.full((height, width, 3), 128, np.uint8)])
    if worker.enhancer:
        worker.predict(images)
        worker.run(images, geometry, [HIGHEST_LEVEL])
    for _ in range(RUNS):
        worker.take_timings()
        worker.detect(images, geometry)
    return worker.take_timings()


def level_0_profile(timings: list[Timing]) -> LatencyProfile:
    """One frame after the other, as they were timed; what was not timed takes no time."""
    ms: dict[Piece, float] = {timing.piece: timing.ms for timing in timings}
    return LatencyProfile({piece: np.array([0.0, ms.get(piece, 0.0)]) for piece in PIECES})
