"""What the window loop costs: throughput at level 0 against a bare loop, and its own time a window.

    python benchmarks/serving.py [DETECTOR [FRAMES_A_WINDOW]]

Both run the same batches in one process, turn by turn. The bare loop prepares, detects, and nothing else.
The engine's windows come from its inbox, fed by another thread, and end as records in an NDJSON file and in
memory. The second part runs detect-first with an enhancer that changes nothing, in twice the time of level 0.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from threading import Event, Thread

import numpy as np
import torch
from numpy.typing import NDArray

from turbo_cli.allocator import keep_freed_memory
from turbo_cli.data.images import Frame
from turbo_cli.data.synth.footage import footage
from turbo_cli.detectors import SplitDetector, load_detector
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import Enhancer, detect_level_0
from turbo_cli.pipelines import make_pipeline
from turbo_cli.scheduling.profile import load_profile
from turbo_cli.serving.cameras import CameraFrame, Inbox
from turbo_cli.serving.engine import EngineOptions
from turbo_cli.serving.engine.clock import REAL
from turbo_cli.serving.engine.figures import Figures
from turbo_cli.serving.engine.loop import WindowLoop
from turbo_cli.serving.engine.outbox import Outbox
from turbo_cli.serving.engine.parts import Parts, make_parts
from turbo_cli.serving.engine.running import WindowRunner
from turbo_cli.serving.results import Broadcaster
from turbo_cli.serving.results.ndjson import NdjsonFile

TURNS, WINDOWS = 6, 5
"""Turns of each loop, and windows in a turn."""

Seconds = NDArray[np.float64]

LONG = EngineOptions(window_ms=1e6)
"""A window that closes when its frames are there."""


def main() -> None:
    keep_freed_memory()
    torch.set_num_threads(1)
    name, frames = sys.argv[1] if sys.argv[1:] else "tiny", int(sys.argv[2]) if sys.argv[2:] else 8
    detector = load_detector(name)
    images = [shot.frame for shot in footage(1, 0, frames, (640, 360), 10.0, ("clear",))]
    with tempfile.TemporaryDirectory() as folder:
        outbox = Outbox([NdjsonFile(Path(folder) / "results.ndjson"), Broadcaster()])
        parts, figures = make_parts(detector, None, None, LONG, REAL), Figures()
        both = [(bare(detector, images), serve(parts, LONG, outbox, figures, images)) for _ in range(TURNS)]
        seconds = np.array(both).sum(axis=0)  # (loop, clock)
        ratios = seconds[0] / seconds[1]
        each = 1000 * seconds / (TURNS * WINDOWS * frames)
        print(
            f"{name}, {frames} frames a window: {each[0, 0]:.1f} ms a frame bare, {each[1, 0]:.1f} in windows"
        )
        print(f"throughput against the bare loop: {ratios[0]:.3f}, by processor time {ratios[1]:.3f}")
        show("level 0", figures)
        options = replace(LONG, window_ms=2 * frames * float(each[0, 0]), order="detect-first")
        nothing = Enhancer(detector, Decoder(detector.channels), FrameDiscriminator(), ANY)
        parts, figures = make_parts(detector, nothing, load_profile("t4/yolov3"), options, REAL), Figures()
        for _ in range(TURNS):
            serve(parts, options, outbox, figures, images)
        show(f"detect-first in {options.window_ms:.0f} ms", figures)


ANY = Calibration(np.array([0.0]), np.array([0.5]))


def clocks() -> Seconds:
    """By the wall, and of this process on the processor, which others leave alone."""
    return np.array([time.perf_counter(), time.process_time()])


def bare(detector: SplitDetector, images: Sequence[Frame]) -> Seconds:
    """A turn of nothing but the detector."""
    begun = clocks()
    for _ in range(WINDOWS):
        detect_level_0(detector, *detector.prepare(images))
    return clocks() - begun


def serve(
    parts: Parts, options: EngineOptions, outbox: Outbox, figures: Figures, images: Sequence[Frame]
) -> Seconds:
    """A turn of windows."""
    inbox = Inbox(len(images))
    runner = WindowRunner(parts, options, make_pipeline("all"), outbox, figures)
    loop = WindowLoop(inbox, runner.run, REAL, options.window_ms / 1000)

    def feed() -> None:
        for number in range(WINDOWS * len(images)):
            now, image = time.time(), images[number % len(images)]
            inbox.put_when_room(CameraFrame("a", number, now, now, time.monotonic(), image, 0.0), Event())
        loop.stop(drain=True)

    begun = clocks()
    feeder = Thread(target=feed)
    feeder.start()
    loop.run()
    feeder.join()
    return clocks() - begun


def show(title: str, figures: Figures) -> None:
    """The loop's own time, over all windows but the first turn's."""
    reports = figures.recent()[WINDOWS:]
    own = [report.overhead_ms for report in reports]
    solve = [report.plan.solve_ms for report in reports if report.plan]
    enhanced = sum(sum(report.levels[1:]) for report in reports) / sum(report.sent for report in reports)
    print(
        f"{title}: own time a window {median(own):.2f} ms (least {min(own):.2f}), of it the plan"
        f" {median(solve):.2f} ({min(solve):.2f});"
        f" device {median(report.device_ms for report in reports):.1f} ms;"
        f" {enhanced:.0%} enhanced, {sum(report.late for report in reports)} late"
    )


if __name__ == "__main__":
    main()
