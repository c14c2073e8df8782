"""`latency.csv` of a ladder, measured or estimated, with all that is to be known about its making."""

import dataclasses
import platform
import warnings

import torch
from pydantic import JsonValue

from turbo_cli.artifacts.latency import LatencyTable
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset
from turbo_cli.data.fingerprint import dataset_hash
from turbo_cli.enhancement.ladders import EnhancerLadder, WholeLadder
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.profiling.batch_sizes import batch_sizes, check_interpolation
from turbo_cli.profiling.estimating import count_pieces, estimate_latencies
from turbo_cli.profiling.hardware import Hardware
from turbo_cli.profiling.measuring import Measured, measure_latencies
from turbo_cli.profiling.monitors import find_monitor
from turbo_cli.profiling.roofline import EFFICIENCY
from turbo_cli.profiling.targets import Target
from turbo_cli.progress import Track, untracked

Settings = dict[str, JsonValue]


def make_latency_table(
    ladder: EnhancerLadder | WholeLadder,
    dataset: Dataset,
    target: Target,
    max_batch: int,
    max_seconds: float,
    track: Track = untracked,
) -> LatencyTable:
    """Measure where the ladder is, or estimate for the target's hardware, at batches of 1…`max_batch`.

    What disturbed a measurement is a `TurboWarning` each, and stands in the metadata (`settings.warnings`).
    Raises `TurboError` where memory is too small, and for an estimate of anything but an enhancer.
    """
    base, levels = ladder.base, ladder.levels
    if target.hardware is None:
        monitor = find_monitor(target.device)
        measured = measure_latencies(ladder, dataset, monitor, max_batch, max_seconds, track)
        rows, settings = measured.rows, measured_settings(measured, target.device, max_seconds)
    else:
        if not isinstance(ladder, EnhancerLadder):
            raise TurboError(f"levels {levels.name!r} can only be measured", "leave out --estimate")
        works = count_pieces(ladder.enhancer, dataset, track)
        rows = estimate_latencies(works, target.hardware, batch_sizes(max_batch))
        settings = _estimated(target.hardware)
    provenance = Provenance(
        detector=base.name,
        detector_weights_hash=base.weights_hash,
        settings={
            **settings,
            "input_size": [*base.input_size],
            "levels": levels.name,
            "max_batch": max_batch,
        },
        parents={dataset.path.resolve().name: dataset_hash(dataset), **levels.parents},
    )
    return LatencyTable(provenance, rows)


def measured_settings(measured: Measured, device: str, max_seconds: float) -> Settings:
    """How latencies were measured, for their metadata; what disturbed that is a `TurboWarning` each."""
    complaints = measured.disturbance.complaints()
    for complaint in complaints:
        warnings.warn(f"latencies may be wrong: {complaint}", TurboWarning, stacklevel=3)
    interpolation = check_interpolation(measured.rows)
    return {
        "device": device,
        "device_name": _device_name(device),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "max_seconds": max_seconds,
        "interpolation": None
        if interpolation is None
        else {**dataclasses.asdict(interpolation), "sizes": [*interpolation.sizes]},  # JSON has no tuples
        "disturbance": dataclasses.asdict(measured.disturbance),
        "warnings": [*complaints],
    }


def _estimated(hardware: Hardware) -> Settings:
    return {"hardware": dataclasses.asdict(hardware), "efficiency": EFFICIENCY}


def _device_name(device: str) -> str:
    """What the driver calls a GPU; of a processor, its architecture and vector extensions."""
    if device != "cpu":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()}, vector extensions {torch.backends.cpu.get_cpu_capability()}"
