"""Make the profiles of the paper's hardware that ship with Turbo, and print how the roofline meets the paper.

    python benchmarks/ship_profiles.py profiles

`docs/profile.md` says what in them is published, fitted, predicted and assumed. EfficientDet needs its extra.
"""

import argparse
import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pydantic import JsonValue

from turbo_cli.artifacts import accuracy, latency
from turbo_cli.artifacts.accuracy import AccuracyTable, LevelGain
from turbo_cli.artifacts.latency import LatencyTable, PieceLatency
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.base import STAGES
from turbo_cli.detectors.untrained import make_untrained
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.profiling.counting import Work, count_work
from turbo_cli.profiling.estimating import count_pieces, estimate_latencies
from turbo_cli.profiling.hardware import HARDWARE, Hardware
from turbo_cli.profiling.pieces import prepare_batch
from turbo_cli.profiling.roofline import EFFICIENCY, predict_ms

CAPACITIES = {"yolov3": 84.0, "efficientdet-d0": 120.0, "faster-rcnn": 12.0}
"""infer/s on a T4 (appendix C)."""

GAINS = {"yolov3": 0.1134, "efficientdet-d0": 0.0902, "faster-rcnn": 0.0727}
"""Mean AP over the pipelines on a T4 (§6.2)."""

UNLIMITED = 13.75 / 11.34
"""YOLOv3's gain below 21 infer/s, where every frame can be enhanced whole, to its mean gain (§6.2)."""

YOLOV3_MS, GENERATOR_MS, UNDER_WAY = 35.71, 23.31, 3
"""§6.2, both of three frames at a time (`turbo_cli.profiling.roofline` says why)."""

DISCRIMINATOR_MS = 1e-5
"""§6.2: "around 10 ns"."""

FULL_BATCH = 16
"""Capacities are those of batches of so many frames; larger ones bring little more."""

LEVEL_SHARES = {level: 1 - (1 - level / STAGES) ** 2 for level in (0, *LEVELS)}
"""Assumed: of level 5's gain."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="the folder of the profiles")
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder:
        frames, factor = write_frames(Path(folder)), 1.0
        for name in CAPACITIES:
            enhancer = make_enhancer(name)
            generator = count_generator(enhancer, frames)
            if name == "yolov3":
                factor = GENERATOR_MS / generator.whole_ms(5, UNDER_WAY, HARDWARE["t4"])
            print(f"{name}: the paper's generator takes {factor:.2f} times as long as this decoder")
            works, sizes = count_pieces(enhancer, frames), range(1, FULL_BATCH + 1)
            tables = {gpu: estimate_latencies(works, HARDWARE[gpu], sizes) for gpu in ("t4", "v100")}
            predicted = report(name, tables["t4"])
            for gpu, rows in tables.items():
                added = [(factor - 1) * generator.ms_in(row, HARDWARE[gpu]) for row in rows]
                scaled = [
                    dataclasses.replace(row, mean_ms=(row.mean_ms + ms) * predicted / CAPACITIES[name])
                    for row, ms in zip(rows, added, strict=True)
                ]
                write_profile(out / gpu / name, gpu, scaled, predicted, factor)


@dataclass(frozen=True)
class Generator:
    """The work of decoder layers 1…5 and of their exits, without any stage of the detector."""

    layers: dict[int, Work]
    exits: dict[int, Work]

    def whole_ms(self, level: int, batch_size: int, hardware: Hardware) -> float:
        """Layers 1…level and the last one's exit."""
        parts = [*(self.layers[k] for k in range(1, level + 1)), self.exits[level]]
        return sum(predict_ms(part, batch_size, hardware) for part in parts)

    def ms_in(self, row: PieceLatency, hardware: Hardware) -> float:
        """Its share of a row."""
        kind, _, number = row.piece.partition("-")
        if kind == "level" and number != "0":
            return self.whole_ms(int(number), row.batch_size, hardware)
        if kind == "layer":
            parts = (self.layers[int(number)], self.exits[int(number)])
            return sum(predict_ms(part, row.batch_size, hardware) for part in parts)
        return 0.0


def write_frames(folder: Path) -> Dataset:
    """Two frames of noise in UA-DETRAC's shape: work that is counted does not depend on what they show."""
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (540, 960, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return open_dataset(folder)


def make_enhancer(name: str) -> Enhancer:
    """Of random weights: only the architecture counts."""
    detector = make_untrained(name)
    anything = Calibration(np.array([0.0]), np.array([0.5]))
    return Enhancer(detector, Decoder(detector.channels), FrameDiscriminator(), anything)


@torch.inference_mode()
def count_generator(enhancer: Enhancer, frames: Dataset) -> Generator:
    decoder, batch = enhancer.decoder, prepare_batch(enhancer.detector, frames, 2)
    sizes = [batch.cut(size, first=0).images for size in (1, 2)]
    maps = [[images, *enhancer.detector.encode(images)] for images in sizes]
    belows = [each[-1] for each in maps]
    layers, exits = {}, {}

    def run_layer(k: int, size: int) -> torch.Tensor:
        entering = decoder.start(belows[size]) if k == 1 else belows[size]
        return decoder.hidden(k, entering, maps[size][STAGES - k])

    def leave(k: int, size: int) -> torch.Tensor:
        return decoder.enhance(k, belows[size], maps[size][STAGES - k])

    for k in LEVELS:
        layers[k] = count_work(lambda: run_layer(k, 0), lambda: run_layer(k, 1))  # noqa: B023
        belows = [run_layer(k, size) for size in (0, 1)]
        exits[k] = count_work(lambda: leave(k, 0), lambda: leave(k, 1))  # noqa: B023
    return Generator(layers, exits)


def report(name: str, rows: Sequence[PieceLatency]) -> float:
    """Print what the roofline alone says beside what was published; the capacity in infer/s."""
    times = {row.batch_size: row.mean_ms for row in rows if row.piece == "level-0"}
    predicted = 1e3 * FULL_BATCH / times[FULL_BATCH]
    print(f"{name}: roofline {predicted:.1f} infer/s, published {CAPACITIES[name]:g}")
    if name == "yolov3":
        print(f"{name}: roofline {times[UNDER_WAY]:.2f} ms for {UNDER_WAY}, published {YOLOV3_MS}")
    return predicted


def write_profile(
    folder: Path, gpu: str, rows: Sequence[PieceLatency], predicted: float, factor: float
) -> None:
    name = folder.name
    settings: dict[str, JsonValue] = {
        "hardware": dataclasses.asdict(HARDWARE[gpu]),
        "efficiency": EFFICIENCY,
        "t4_capacity": {"published": CAPACITIES[name], "roofline": round(predicted, 1)},
        "generator_factor": round(factor, 2),
    }
    own = Provenance(detector=name, detector_weights_hash=None, settings=settings)
    write_beside_gains(folder, LatencyTable(own, tuple(publish(row, gpu, name) for row in rows)))


def write_beside_gains(folder: Path, table: LatencyTable) -> None:
    """A profile of these latencies and of the assumed gains of the detector that `folder` is named after."""
    name = folder.name
    latency.write(folder / "latency.csv", table)
    told = Provenance(detector=name, detector_weights_hash=None, settings={"assumed": assumption(name)})
    accuracy.write(folder / "accuracy.csv", AccuracyTable(told, tuple(assumed_gains(name))))


def publish(row: PieceLatency, gpu: str, name: str) -> PieceLatency:
    """The row with the paper's own figure in it, where there is one; rounded to a tenth of a microsecond."""
    figures: dict[tuple[str, int], float] = {("level-0", FULL_BATCH): 1e3 * FULL_BATCH / CAPACITIES[name]}
    if name == "yolov3":
        figures["level-0", UNDER_WAY] = YOLOV3_MS
    figures["discriminator", row.batch_size] = DISCRIMINATOR_MS
    figure = figures.get((row.piece, row.batch_size))
    if gpu != "t4" or figure is None:
        return dataclasses.replace(row, mean_ms=round(row.mean_ms, 4))
    return dataclasses.replace(row, mean_ms=round(figure, 5), source="published")


def full_gain(name: str) -> float:
    """AP that level 5 gains on average."""
    return GAINS[name] * UNLIMITED


def assumption(name: str) -> str:
    return (
        f"gain = {full_gain(name):.4f} · (1 − (1 − level / 5)²) · 2θ at the middle θ of each bucket, for both"
        " readings: level 5's mean over evenly spread θ is the paper's with idle time for every frame"
    )


def assumed_gains(name: str) -> Iterator[LevelGain]:
    for reading in ("true", "predicted"):
        for bucket in range(10):
            for level, share in LEVEL_SHARES.items():
                gain = round(full_gain(name) * share * 2 * (bucket + 0.5) / 10, 6)
                edges = (bucket / 10, (bucket + 1) / 10)
                yield LevelGain(reading, *edges, level, gain, standard_error=0.0, frames=0, source="assumed")


if __name__ == "__main__":
    main()
