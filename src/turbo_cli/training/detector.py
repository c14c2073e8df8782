"""Training of the shipped detector `tiny` on labelled frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from pydantic import JsonValue
from torch import Tensor
from torch.optim import AdamW
from torch.utils.data import DataLoader, Subset

from turbo_cli.artifacts import detector as artifact
from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.boxes import Targets
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.loading import find_device
from turbo_cli.detectors.running import detect_frames
from turbo_cli.detectors.tiny import CATEGORY_IDS, TinyDetector, TinyNetwork, detection_loss
from turbo_cli.errors import TurboError
from turbo_cli.metrics import Scores, mean_average_precision
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.augmentation import TrainingSamples, collate
from turbo_cli.training.options import Report, TrainingOptions, require_finite
from turbo_cli.training.schedule import learning_rate_factor, moving_average, set_learning_rate

CROP_SIZE = (224, 128)
"""Training on crops of less than half of the input's area takes less than half of the time."""

WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 10.0


@dataclass(frozen=True, kw_only=True)
class DetectorTraining(TrainingOptions):
    """The options of `turbo weights train tiny`.

    dataset: labelled frames. validate: labelled frames of other cameras, to judge the result by.
    """

    dataset: Path
    validate: tuple[Path, ...] = ()
    iterations: int = 8000
    batch_size: int = 8
    learning_rate: float = 4e-3

    FREE: ClassVar[frozenset[str]] = TrainingOptions.FREE | {"validate"}


def train(
    options: DetectorTraining, track: Track = untracked, report: Report | None = None
) -> dict[Path, Scores]:
    """Train `tiny`, write its weights, and give back its scores on each dataset of `options.validate`.

    Same options, same thread count, same bits on the CPU, whether resumed or not. `report` gets a line with
    the loss now and then. Raises `TurboError` for a place that cannot be written, a dataset without labels,
    a checkpoint of other options, or a loss that is not finite.
    """
    check_file(options.out)
    torch.manual_seed(options.seed)
    device = find_device(options.device)
    dataset = _labelled(options.dataset)
    held_out = {path: _labelled(path) for path in options.validate}
    network = TinyNetwork(len(CATEGORY_IDS)).to(device).train()
    network.to(memory_format=torch.channels_last)  # a fifth faster on the CPU
    average = moving_average(network)
    optimizer = AdamW(network.parameters(), options.learning_rate, weight_decay=WEIGHT_DECAY)
    parts: dict[str, checkpoint.Stateful] = {"network": network, "average": average, "optimizer": optimizer}
    start = checkpoint.begin(options.checkpoint, parts, options.settings, options.resume)

    steps = range(start, options.iterations)
    batches = _batches(dataset, options, start, device)
    for step, (images, targets) in zip(track(steps, "training", len(steps)), batches, strict=True):
        set_learning_rate(optimizer, options.learning_rate * learning_rate_factor(step, options.iterations))
        with options.autocast():
            predictions = network(images)
        loss = detection_loss(predictions, targets, CATEGORY_IDS)
        require_finite({"detection": loss}, step)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        average.update_parameters(network)
        if report and (step + 1) % options.report_every == 0:
            report(f"step {step + 1} of {options.iterations}: loss {loss.item():.3f}")
        if (step + 1) % options.save_every == 0:
            checkpoint.write(options.checkpoint, parts, step + 1, options.settings)

    network.load_state_dict(average.module.state_dict())
    detector = TinyDetector(network.cpu().to(memory_format=torch.contiguous_format))
    scores = {
        path: mean_average_precision(frames, list(detect_frames(detector, frames, track=track)))
        for path, frames in held_out.items()
    }
    _write_weights(options, detector, scores)
    options.checkpoint.unlink(missing_ok=True)
    return scores


def _labelled(path: Path) -> Dataset:
    dataset = open_dataset(path)
    if not dataset.labelled or len(dataset) == 0:
        raise TurboError(f"{path}: has no labelled frames", "`turbo data info` says what it has")
    return dataset


def _batches(
    dataset: Dataset, options: DetectorTraining, start: int, device: torch.device
) -> Iterator[tuple[Tensor, list[Targets]]]:
    """The batches of the steps from `start` on: (B, 3, height, width) float32 in [0, 1] and targets."""
    total = options.iterations * options.batch_size
    samples = TrainingSamples(dataset, CROP_SIZE, options.seed, total)
    rest = Subset(samples, range(start * options.batch_size, total))
    loader = DataLoader(rest, options.batch_size, num_workers=options.workers, collate_fn=collate)
    for images, targets in loader:
        yield images.to(device, memory_format=torch.channels_last).float() / 255, targets


def _write_weights(options: DetectorTraining, detector: TinyDetector, scores: dict[Path, Scores]) -> None:
    provenance = Provenance(
        detector=detector.name,
        detector_weights_hash=detector.weights_hash,
        seed=options.seed,
        settings=options.settings,
    )
    judged: dict[str, JsonValue] = {
        str(path): {"map": value.map, "ap50": value.ap50} for path, value in scores.items()
    }
    weights = artifact.DetectorWeights(
        provenance=provenance,
        detector=detector.state_dict(),
        categories=detector.categories,
        input_size=detector.input_size,
        model_card={"licence": "Apache-2.0", "trained_on": str(options.dataset), "scores": judged},
    )
    artifact.write(options.out, weights)
