"""Execution backends against torch on the same plans, in one run: CPU time, wall time, the boxes' difference.

python benchmarks/backends.py --detector tiny
"""

import argparse
import time

import numpy as np
import torch

from turbo_cli.allocator import keep_freed_memory
from turbo_cli.detectors import load_detector
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.serving.backends import with_backend
from turbo_cli.serving.backends.checking import example_images

ROUNDS = 7
PLANS = {"level 0": [0] * 6, "mixed": [0, 1, 2, 3, 4, 5], "level 5": [5] * 6}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--detector", default="tiny")
    parser.add_argument("--weights")
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(1)
    torch.manual_seed(0)  # the same decoder, so that a second run finds it exported
    detector = load_detector(options.detector, options.weights)
    any_calibration = Calibration(np.array([0.0]), np.array([0.5]))
    by_torch = Enhancer(detector, Decoder(detector.channels), FrameDiscriminator(), any_calibration)
    enhancers = {"torch": by_torch}
    for name in ("onnxruntime", "openvino"):
        enhancers[name] = with_backend(by_torch, name)
    images = example_images(detector).repeat(3, 1, 1, 1)
    for label, plan in PLANS.items():
        compare(label, enhancers, images, plan)


def compare(label: str, enhancers: dict[str, Enhancer], images: torch.Tensor, plan: list[int]) -> None:
    """Print what each takes of torch's time: the median over rounds in which each runs once."""
    rounds = [[seconds(enhancer, images, plan) for enhancer in enhancers.values()] for _ in range(ROUNDS + 1)]
    times = np.array(rounds[1:])  # rounds × backends × (CPU, wall); the first warms up
    ratios = np.median(times / times[:, :1], axis=0)
    for name, (cpu, wall) in zip(enhancers, ratios, strict=True):
        apart = difference(enhancers[name], enhancers["torch"], images, plan)
        print(f"{label}: {name} takes {cpu:.2f} of torch's CPU time, {wall:.2f} of its wall time; {apart}")


def seconds(enhancer: Enhancer, images: torch.Tensor, plan: list[int]) -> tuple[float, float]:
    """CPU time and wall time."""
    cpu, wall = time.process_time(), time.perf_counter()
    enhancer.run(images, plan)
    return time.process_time() - cpu, time.perf_counter() - wall


def difference(one: Enhancer, other: Enhancer, images: torch.Tensor, plan: list[int]) -> str:
    pairs = list(zip(one.run(images, plan), other.run(images, plan), strict=True))
    if any(len(found) != len(expected) for found, expected in pairs):
        return "another number of boxes"
    pixels = max(float(np.abs(a.boxes_xyxy - b.boxes_xyxy).max(initial=0)) for a, b in pairs)
    return f"boxes within {pixels:.1g} pixels"


if __name__ == "__main__":
    main()
