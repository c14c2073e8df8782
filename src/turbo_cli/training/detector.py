"""Training of whole detectors on labelled frames: `tiny` from nothing, any of them from its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from pydantic import JsonValue

from turbo_cli.artifacts import detector as artifact
from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.detectors.base import SplitDetector, copy_detector, freeze
from turbo_cli.detectors.loading import find_device
from turbo_cli.detectors.running import detect_frames
from turbo_cli.detectors.tiny import CATEGORY_IDS, TinyDetector, TinyNetwork, detection_loss
from turbo_cli.errors import TurboError
from turbo_cli.metrics import Scores, mean_average_precision
from turbo_cli.progress import Track, untracked
from turbo_cli.training.augmentation import TrainingSamples
from turbo_cli.training.fitting import fit
from turbo_cli.training.options import Report, TrainingOptions
from turbo_cli.training.pairs import DegradedPairs
from turbo_cli.training.sources import make_pairs

CROP_SIZE = (224, 128)
"""Training on crops of less than half of the input's area takes less than half of the time."""


@dataclass(frozen=True, kw_only=True)
class DetectorTraining(TrainingOptions):
    """The options of `turbo weights train tiny` and, with other defaults, of `turbo weights fine-tune`.

    dataset: labelled frames. validate: labelled frames of other cameras, to judge the result by. kinds:
    degradations put on the frames on the fly. crop: (width, height) of the samples in input pixels.
    """

    dataset: Path
    validate: tuple[Path, ...] = ()
    iterations: int = 8000
    batch_size: int = 8
    learning_rate: float = 4e-3
    kinds: tuple[str, ...] = ()
    crop: tuple[int, int] | None = None

    FREE: ClassVar[frozenset[str]] = TrainingOptions.FREE | {"validate"}


def train(
    options: DetectorTraining, track: Track = untracked, report: Report | None = None
) -> dict[Path, Scores]:
    """Train `tiny`, write its weights, and give back its scores on each dataset of `options.validate`.

    `report` gets a line with the loss now and then. Raises what `fit` raises, and `TurboError` for a place
    that cannot be written or a dataset without labels.
    """
    check_file(options.out)
    torch.manual_seed(options.seed)
    dataset, held_out = _datasets(options)
    network = TinyNetwork(len(CATEGORY_IDS)).to(find_device(options.device)).train()
    samples = TrainingSamples(
        dataset, options.crop or CROP_SIZE, options.seed, options.iterations * options.batch_size
    )
    fit(
        network,
        lambda images, targets: detection_loss(network(images), targets, CATEGORY_IDS),
        DegradedPairs(samples, options.kinds, options.seed),
        options,
        options.settings,
        track,
        report,
    )
    return _finish(options, TinyDetector(network.cpu()), held_out, {"licence": "Apache-2.0"}, track)


def fine_tune(
    detector: SplitDetector,
    options: DetectorTraining,
    track: Track = untracked,
    report: Report | None = None,
) -> dict[Path, Scores]:
    """Train a copy of `detector` by its own loss on the samples that stage two would learn from.

    What an enhancer is held against where the detector may be changed (§6). BatchNorm statistics stay as they
    are. Writes the copy's weights; `load_fine_tuned` reads them. Gives and raises what `train` does.
    """
    check_file(options.out)
    torch.manual_seed(options.seed)
    dataset, held_out = _datasets(options)
    tuned = copy_detector(detector).requires_grad_(True)
    total = options.iterations * options.batch_size
    fit(
        tuned,
        lambda images, targets: tuned.loss(tuned.encode(images), targets),
        make_pairs(detector, dataset, total, options.seed, options.kinds, options.crop),
        options,
        options.settings | {"detector": f"{detector.name} {detector.weights_hash}"},
        track,
        report,
    )
    return _finish(options, freeze(tuned), held_out, {"fine_tuned_from": detector.weights_hash}, track)


def _datasets(options: DetectorTraining) -> tuple[Dataset, dict[Path, Dataset]]:
    return _labelled(options.dataset), {path: _labelled(path) for path in options.validate}


def _labelled(path: Path) -> Dataset:
    dataset = open_dataset(path)
    if not dataset.labelled or len(dataset) == 0:
        raise TurboError(f"{path}: has no labelled frames", "`turbo data info` says what it has")
    return dataset


def _finish(
    options: DetectorTraining,
    detector: SplitDetector,
    held_out: Mapping[Path, Dataset],
    card: Mapping[str, JsonValue],
    track: Track,
) -> dict[Path, Scores]:
    """Judge the detector, write its weights, and drop the checkpoint."""
    scores = {
        path: mean_average_precision(frames, list(detect_frames(detector, frames, track=track)))
        for path, frames in held_out.items()
    }
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
        model_card={**card, "trained_on": str(options.dataset), "scores": judged},
    )
    artifact.write(options.out, weights)
    options.checkpoint.unlink(missing_ok=True)
    return scores
