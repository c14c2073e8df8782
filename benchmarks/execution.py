"""Staged against per-level execution of the same mixed plans: the ratio of their CPU times.

python benchmarks/execution.py --detector tiny
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
from turbo_cli.enhancement.enhancer import Enhancer, Execution

PLANS = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--detector", default="tiny")
    parser.add_argument("--weights")
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(1)
    detector = load_detector(options.detector, options.weights)
    any_calibration = Calibration(np.array([0.0]), np.array([0.5]))
    enhancer = Enhancer(detector, Decoder(detector.channels), FrameDiscriminator(), any_calibration)
    random = np.random.default_rng(0)
    width, height = detector.input_size
    for frames in (4, 16, 32):
        images = torch.rand(frames, 3, height, width)
        plans = [random.integers(0, 6, frames).tolist() for _ in range(PLANS)]
        ratios = [
            seconds(enhancer, images, plan, "staged") / seconds(enhancer, images, plan, "per-level")
            for plan in plans
        ]
        print(
            f"m = {frames}: staged takes {np.median(ratios):.2f} of per-level's time over {PLANS} mixed plans"
        )


def seconds(enhancer: Enhancer, images: torch.Tensor, plan: list[int], execution: Execution) -> float:
    begun = time.process_time()
    enhancer.run(images, plan, execution)
    return time.process_time() - begun


if __name__ == "__main__":
    main()
