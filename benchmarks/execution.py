"""Staged against per-level execution of the same mixed plans: the ratio of their times.

    python -m benchmarks.execution tiny yolo-fastest-xl
    python -m benchmarks.execution tiny yolov3 --device cuda:0

CPU time of one thread, or what CUDA events say. Weights are random: NMS has more or less to do than with
trained ones, in both executions alike.
"""

import argparse
from typing import get_args

import numpy as np
import torch
from benchmarks.options import positive
from benchmarks.ship_profiles import make_enhancer
from benchmarks.timing import milliseconds

from turbo_cli.allocator import keep_freed_memory
from turbo_cli.detectors.catalogue import CATALOGUE
from turbo_cli.detectors.loading import find_device
from turbo_cli.enhancement.enhancer import Enhancer, Execution

PLANS = 10
ROUNDS = 3
WAYS = get_args(Execution)


def main() -> None:
    """Print the ratios of each detector."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("detectors", nargs="+", choices=CATALOGUE, metavar="DETECTOR")
    parser.add_argument("--frames", type=positive, nargs="+", default=[4, 16, 32])
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    device = find_device(options.device)
    keep_freed_memory()
    torch.set_num_threads(1)
    for name in options.detectors:
        enhancer = make_enhancer(name).to(device)
        for frames in options.frames:
            ratios = compare(enhancer, frames, device)
            low, middle, high = np.quantile(ratios, (0, 0.5, 1))
            print(
                f"{name}, m = {frames}: staged takes {middle:.2f} [{low:.2f}, {high:.2f}] of per-level's time"
                f" over {PLANS} mixed plans",
                flush=True,
            )


def compare(enhancer: Enhancer, frames: int, device: torch.device) -> list[float]:
    """The ratio of each of several plans, their executions turn by turn."""
    random = np.random.default_rng(0)
    width, height = enhancer.detector.input_size
    images = torch.rand(frames, 3, height, width, device=device)
    ratios = []
    for _ in range(PLANS):
        plan = random.integers(0, 6, frames).tolist()
        took: dict[Execution, list[float]] = {way: [] for way in WAYS}
        for way in WAYS:
            enhancer.run(images, plan, way)  # what a first batch of some size does only once
        for _ in range(ROUNDS):
            for way, times in took.items():
                times.append(milliseconds(lambda: enhancer.run(images, plan, way), device))  # noqa: B023
        ratios.append(float(np.median(took["staged"]) / np.median(took["per-level"])))
    return ratios


if __name__ == "__main__":
    main()
