"""The guard: a spoiled enhancer and the shipped one on four cameras, scored end to end.

    turbo data synth long/ --cameras 4 --frames 500 --fps 5 --seed 91
    python -m benchmarks.guard long/

Each run posts the whole dataset to `turbo serve` by `turbo replay`. Spoiled: noise on the decoder's weights.
"""

import contextlib
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import monotonic

import torch
from benchmarks.served import TURBO, difference, points, print_table, write_project
from tests.serving.processes import ServeProcess, serve_process

from turbo_cli.artifacts import accuracy, latency, rows
from turbo_cli.artifacts import enhancer as enhancer_file
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import open_dataset
from turbo_cli.detectors import load_detector
from turbo_cli.enhancement import load_enhancer
from turbo_cli.enhancement.loading import enhancer_weights
from turbo_cli.scheduling.profile import load_profile
from turbo_cli.serving.replay import ReplayOptions, ReplayReport, replay
from turbo_cli.serving.replay.outcome import Outcome

FPS, WINDOW_MS = 4, 1000
NOISE = 1.5
"""Deviation of what is added to each weight, as a share of its layer's own."""
MINUTE_S = 60.0


@dataclass
class Run:
    """took_s: from the first boxes seen of each (camera, level) that ended off until it was."""

    report: ReplayReport
    outcomes: list[Outcome]
    took_s: list[float]


def main() -> None:
    dataset = open_dataset(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as name:
        spoiled = spoil(Path(name))
        runs = {}
        for title, top, guard in (
            ("level 0", {}, True),
            ("shipped enhancer", TURBO, True),
            ("spoiled enhancer, no guard", spoiled, False),
            ("spoiled enhancer", spoiled, True),
        ):
            write_project(Path(name), [], top, window_ms=WINDOW_MS, frames_a_camera=10, guard=guard)
            with serve_process(Path(name)) as served:
                with watching_guard(served) as took_s:
                    report, outcomes = replay(dataset, served.url, ReplayOptions(fps=FPS))
                served.end(signal.SIGTERM)
            runs[title] = Run(report, outcomes, took_s)
    plain = runs["level 0"].outcomes
    table = {
        title: [points(run.report.map), points(difference(dataset, plain, run.outcomes)), *cells(run)]
        for title, run in runs.items()
    }
    print_table(table, *COLUMNS)


COLUMNS = (
    "mAP",
    "above level 0",
    "enhanced: first minute, later",
    "levels switched off: seconds it took, median, most",
    "late, dropped",
)


def spoil(folder: Path) -> dict[str, str]:
    """The keys of a project with the shipped enhancer spoiled, and its profile as if it were made with it."""
    detector = load_detector("tiny")
    enhancer = load_enhancer("tiny", detector)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in enhancer.decoder.parameters():
            if weights.dim() > 1:
                weights.add_(NOISE * weights.std() * torch.randn(weights.shape, generator=generator))
    own = Provenance(detector=detector.name, detector_weights_hash=detector.weights_hash)
    enhancer_file.write(folder / "spoiled.safetensors", enhancer_weights(enhancer, own))
    profile = load_profile(TURBO["profile"])
    (folder / "profile").mkdir()
    latency.write(folder / "profile" / "latency.csv", rows.Table(own, profile.latency_table.rows))
    accuracy.write(folder / "profile" / "accuracy.csv", rows.Table(own, profile.accuracy_table.rows))
    return {"enhancer": "spoiled.safetensors", "profile": "profile"}


def cells(run: Run) -> list[object]:
    """What else the table says."""
    enhanced = [o.shot.at_s for o in run.outcomes if o.record and o.record.level]
    first = sum(at_s < MINUTE_S for at_s in enhanced)
    return [
        f"{first}, {len(enhanced) - first}",
        f"{len(run.took_s)}: {median(run.took_s):.0f}, {max(run.took_s):.0f}" if run.took_s else "0",
        f"{run.report.late}, {run.report.dropped}",
    ]


@contextlib.contextmanager
def watching_guard(served: ServeProcess) -> Iterator[list[float]]:
    """Inside, how long each level of a camera was in use until it was switched off; full at the end."""
    seen_at: dict[tuple[str, int], float] = {}
    off_at: dict[tuple[str, int], float] = {}
    took_s: list[float] = []
    halt = Event()

    def run() -> None:
        while not halt.wait(0.5):
            for state in served.client.get("/v1/status").json()["guard"]:
                key = state["camera"], state["level"]
                seen_at.setdefault(key, monotonic())
                if not state["on"]:
                    off_at.setdefault(key, monotonic())

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield took_s
    finally:
        halt.set()
        thread.join()
        took_s += [at - seen_at[key] for key, at in off_at.items()]


if __name__ == "__main__":
    main()
