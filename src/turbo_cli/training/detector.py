"""Training of the shipped detector `tiny` on labelled frames."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, Subset

from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.boxes import Targets
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.tiny import CATEGORY_IDS, INPUT_SIZE, TinyDetector, TinyNetwork, detection_loss
from turbo_cli.errors import TurboError
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.augmentation import TrainingSamples, collate

WEIGHT_DECAY = 0.01
WARM_UP = 0.05
"""Share of the iterations in which the learning rate rises."""

LARGEST_GRADIENT = 10.0
AVERAGE_DECAY = 0.998
REPORT_EVERY = 50

Report = Callable[[str], None]


@dataclass(frozen=True)
class DetectorTraining:
    """The options of `turbo weights train tiny`.

    dataset: labelled frames. out: the weights' file; the checkpoint lies beside it. save_every: iterations
    between checkpoints. workers: processes that make samples; 0 makes them in this one. device: "cpu",
    "cuda", "mps". amp: compute in bfloat16 where that is safe. resume: go on from the checkpoint.
    """

    dataset: Path
    out: Path
    iterations: int = 6000
    batch_size: int = 16
    learning_rate: float = 2e-3
    seed: int = 0
    save_every: int = 200
    workers: int = 1
    device: str = "cpu"
    amp: bool = False
    resume: bool = False

    def __post_init__(self) -> None:
        for name in ("iterations", "batch_size", "save_every"):
            if getattr(self, name) < 1:
                raise TurboError(f"--{name.replace('_', '-')} must be at least 1, got {getattr(self, name)}")
        if self.learning_rate <= 0:
            raise TurboError(f"--learning-rate must be above 0, got {self.learning_rate}")

    @property
    def checkpoint(self) -> Path:
        """Where the state of the run is kept until the weights are written."""
        return self.out.with_name(f"{self.out.name}.checkpoint")

    @property
    def settings(self) -> dict[str, Any]:
        """What decides the weights, and so must be the same when a run is resumed."""
        free = ("out", "save_every", "workers", "device", "resume")
        return {name: str(v) if isinstance(v, Path) else v for name, v in asdict(self).items() if name not in free}


def train(options: DetectorTraining, track: Track = untracked, report: Report | None = None) -> TinyDetector:
    """Train `tiny` and write its weights; the detector comes back frozen, on the CPU.

    Same options, same thread count, same bits on the CPU, whether resumed or not. `report` gets a line with
    the loss now and then. Raises `TurboError` for a dataset without labels, a checkpoint of other options,
    or a loss that is not finite.
    """
    torch.manual_seed(options.seed)
    dataset = _labelled(open_dataset(options.dataset))
    network = TinyNetwork(len(CATEGORY_IDS)).to(options.device, memory_format=torch.channels_last).train()
    average = AveragedModel(network, avg_fn=_moved, use_buffers=True)
    optimizer = AdamW(network.parameters(), options.learning_rate, weight_decay=WEIGHT_DECAY)
    parts = {"network": network, "average": average, "optimizer": optimizer}
    start = checkpoint.restore(options.checkpoint, parts, options.settings) if options.resume else 0

    steps = range(start, options.iterations)
    batches = _batches(dataset, options, start)
    for step, (images, targets) in zip(track(steps, "training", len(steps)), batches, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * learning_rate_factor(step, options.iterations)
        with torch.autocast(images.device.type, torch.bfloat16, enabled=options.amp):
            predictions = network(images)
        loss = detection_loss(predictions.float(), targets, CATEGORY_IDS)
        if not torch.isfinite(loss):
            raise TurboError(f"step {step + 1}: the loss is {loss.item()}", "lower --learning-rate")
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        average.update_parameters(network)
        if report and (step + 1) % REPORT_EVERY == 0:
            report(f"step {step + 1} of {options.iterations}: loss {loss.item():.3f}")
        if (step + 1) % options.save_every == 0:
            checkpoint.write(options.checkpoint, parts, step + 1, options.settings)

    detector = TinyDetector(average.module.cpu().to(memory_format=torch.contiguous_format))
    _write_weights(options, detector)
    options.checkpoint.unlink(missing_ok=True)
    return detector


def learning_rate_factor(step: int, iterations: int) -> float:
    """Rises linearly to 1 over the warm-up, then falls along a cosine towards 0."""
    warm_up = max(1, round(iterations * WARM_UP))
    if step < warm_up:
        return (step + 1) / warm_up
    return (1 + math.cos(math.pi * (step - warm_up) / (iterations - warm_up))) / 2


def _moved(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """The exponential moving average, faster at first so that it forgets the initial weights."""
    decay = min(AVERAGE_DECAY, (1 + int(count)) / (10 + int(count)))
    return averaged * decay + current * (1 - decay)


def _labelled(dataset: Dataset) -> Dataset:
    if not dataset.labelled or len(dataset) == 0:
        raise TurboError(f"{dataset.path}: no labelled frames to train on", "see `turbo data info`")
    return dataset


def _batches(
    dataset: Dataset, options: DetectorTraining, start: int
) -> Iterator[tuple[Tensor, list[Targets]]]:
    """The batches of the steps from `start` on, as (B, 3, height, width) float32 in [0, 1] and targets."""
    total = options.iterations * options.batch_size
    samples = TrainingSamples(dataset, INPUT_SIZE, options.seed, total)
    rest = Subset(samples, range(start * options.batch_size, total))
    loader = DataLoader(rest, options.batch_size, num_workers=options.workers, collate_fn=collate)
    for images, targets in loader:
        images = images.to(options.device, memory_format=torch.channels_last)
        yield images.float() / 255, targets


def _write_weights(options: DetectorTraining, detector: TinyDetector) -> None:
    with replacing_file(options.out) as temporary:
        save_file(detector.state_dict(), temporary)
