"""Measure the profiles of the paper's detectors on a GPU that is here, for `profiles/`.

    python -m benchmarks.measure_profiles profiles/h200 --gpu cuda:0

Latencies are measured on networks of random weights, so they hold for any weights but for what NMS finds to
do; gains are the assumed ones of the paper's hardware (`ship_profiles.py`). EfficientDet needs its extra.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.options import positive
from benchmarks.ship_profiles import CAPACITIES, make_enhancer, write_beside_gains, write_frames
from pydantic import JsonValue

from turbo_cli.artifacts.latency import LatencyTable
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset
from turbo_cli.enhancement.ladders import EnhancerLadder
from turbo_cli.enhancement.levels import ENHANCER
from turbo_cli.profiling.latency_tables import measured_settings
from turbo_cli.profiling.measuring import measure_latencies
from turbo_cli.profiling.monitors import find_monitor
from turbo_cli.profiling.targets import Target, find_target
from turbo_cli.scheduling.latency import WHOLE


def main() -> None:
    """Write one profile a detector."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="the folder of this device's profiles")
    parser.add_argument("--gpu", default="cuda:0")
    parser.add_argument("--max-batch", type=positive, default=16)
    parser.add_argument("--max-seconds", type=float, default=1.0)
    options = parser.parse_args()
    target = find_target(options.gpu, estimate=False)
    with tempfile.TemporaryDirectory() as folder:
        frames = write_frames(Path(folder))
        for name in CAPACITIES:
            table = measure(name, frames, target, options.max_batch, options.max_seconds)
            write_beside_gains(options.out / name, table)
            times = {row.piece: row.mean_ms for row in table.rows if row.batch_size == options.max_batch}
            levels = ", ".join(f"{times[piece]:.2f}" for piece in WHOLE)
            print(f"{name}: {options.max_batch} frames at levels 0…5 take {levels} ms", flush=True)


def measure(name: str, frames: Dataset, target: Target, max_batch: int, max_seconds: float) -> LatencyTable:
    """Every piece of one detector and a decoder for it, batches of 1…max_batch."""
    enhancer = make_enhancer(name).to(target.device)
    ladder = EnhancerLadder(enhancer, Path("none"))
    monitor = find_monitor(target.device)
    measured = measure_latencies(ladder, frames, monitor, max_batch, max_seconds)
    size: list[JsonValue] = [*enhancer.detector.input_size]
    settings = measured_settings(measured, target.device, max_seconds)
    settings |= {"input_size": size, "levels": ENHANCER, "max_batch": max_batch}
    own = Provenance(detector=name, detector_weights_hash=None, settings=settings)
    return LatencyTable(own, measured.rows)


if __name__ == "__main__":
    main()
