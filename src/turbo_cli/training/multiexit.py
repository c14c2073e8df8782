"""Stage two (§4.3): every exit of the decoder learns through the frozen detector (eq. 4)."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW, Optimizer

from turbo_cli.data import Dataset
from turbo_cli.detectors.base import STAGES, SplitDetector, hash_state
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.execution import enhanced_skips, resume_at
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.descent import descend
from turbo_cli.training.feature_distance import feature_distance
from turbo_cli.training.game import Gan, adversarial_loss, surest_boxes
from turbo_cli.training.memory import within_memory
from turbo_cli.training.multiexit_options import LossWeights, MultiexitTraining
from turbo_cli.training.options import Report, say_terms
from turbo_cli.training.pairs import Pairs, batches
from turbo_cli.training.samples import Batch
from turbo_cli.training.schedule import (
    averaged_module,
    learning_rate_factor,
    moving_average,
    set_learning_rate,
)
from turbo_cli.training.sources import make_pairs
from turbo_cli.training.statistics import measure_statistics
from turbo_cli.training.validation import Best, Validation

LARGEST_GRADIENT = 2.0
LEVELS_A_STEP = 2
STATISTICS_BATCHES = 12


def train_decoder(
    detector: SplitDetector,
    gan: Gan,
    frames: Dataset,
    photographs: Dataset | None,
    validation: Validation | None,
    options: MultiexitTraining,
    track: Track = untracked,
    report: Report | None = None,
) -> Decoder:
    """Train the exits; gives back the averaged decoder, as it validated best if there is a validation.

    gan: its decoder is where they start from, its discriminators judge the `adversarial` term. Same options,
    same thread count, same bits on the CPU, whether resumed or not. Raises `TurboError` if the loss is not
    finite or memory runs out; the last checkpoint stays.
    """
    torch.manual_seed(options.seed)
    settings = options.settings | {
        "detector": f"{detector.name} {detector.weights_hash}",
        "gan": hash_state(gan),
    }
    gan.requires_grad_(False)
    decoder = gan.generator.decoder.requires_grad_(True)
    total = options.iterations * options.batch_size
    pairs = make_pairs(
        detector,
        frames,
        total,
        options.seed,
        options.kinds,
        options.crop,
        photographs,
        options.photographs_labelled,
    )
    average = moving_average(decoder)
    optimizer = AdamW(decoder.parameters(), options.learning_rate)
    best = Best(decoder)
    parts: dict[str, checkpoint.Stateful] = {
        "decoder": decoder,
        "average": average,
        "optimizer": optimizer,
        "best": best,
    }
    start = checkpoint.begin(options.checkpoint, parts, settings, options.resume)
    if start == 0:
        feed = batches(pairs, 0, STATISTICS_BATCHES, options.batch_size, options.workers, options.device)
        first = [batch.degraded for batch in feed]
        statistics = within_memory(partial(measure_statistics, detector, first), options.batch_size)
        decoder.set_statistics(statistics)
    steps = range(start, options.iterations)
    feed = batches(pairs, start, options.iterations, options.batch_size, options.workers, options.device)
    for step, batch in zip(track(steps, "training exits", len(steps)), feed, strict=True):
        if best.lasts(options.patience):
            break
        set_learning_rate(optimizer, options.learning_rate * learning_rate_factor(step, options.iterations))
        named = Batch(step, options.batch_size, [pairs])
        learn = partial(_learn, detector, gan, optimizer, batch, options, named)
        terms = within_memory(learn, options.batch_size)
        average.update_parameters(decoder)
        if report and (step + 1) % options.report_every == 0:
            report(f"step {step + 1} of {options.iterations}: {say_terms(terms)}")
        if validation and ((step + 1) % options.eval_every == 0 or step + 1 == options.iterations):
            averaged = averaged_module(average, Decoder)
            scores = validation.score(detector, averaged, options.levels)
            best.offer(averaged, scores)
            if report:
                report(f"step {step + 1}: held-out AP50 by level {_percent(scores)}")
        if (step + 1) % options.save_every == 0:
            checkpoint.write(options.checkpoint, parts, step + 1, settings)
    decoder.load_state_dict((best.decoder if validation else average.module).state_dict())
    return decoder


def _learn(
    detector: SplitDetector,
    gan: Gan,
    optimizer: Optimizer,
    pairs: Pairs,
    options: MultiexitTraining,
    batch: Batch,
    size: int,
) -> dict[str, Tensor]:
    """One step of the decoder on the first `size` pairs."""
    levels = _levels_of_step(options, batch.step)
    with options.autocast():
        terms = loss_terms(detector, gan, pairs.first(size), levels, options.weights)
    descend(optimizer, terms, batch, LARGEST_GRADIENT)
    return terms


def loss_terms(
    detector: SplitDetector, gan: Gan, pairs: Pairs, levels: Sequence[int], weights: LossWeights
) -> dict[str, Tensor]:
    """The weighted terms of eq. 4, with gradient to the decoder; the detector's are means over the levels."""
    with torch.no_grad():
        features = detector.encode(pairs.degraded)
        teacher = detector.encode(pairs.clean)
    left = {*levels, STAGES} if weights.adversarial else levels
    exits = enhanced_skips(gan.generator.decoder, pairs.degraded, features, sorted(left))
    at_level = [resume_at(detector, features, level, exits[level]) for level in levels]
    measures: dict[str, tuple[float, Callable[[list[Tensor]], Tensor]]] = {
        "detection": (weights.detection, lambda maps: detector.loss(maps, pairs.targets)),
        "distill": (weights.distill, lambda maps: detector.distill(maps, teacher)),
        "features": (weights.features, lambda maps: feature_distance(detector, maps, teacher)),
    }
    terms = {
        name: weight * torch.stack([measure(maps) for maps in at_level]).mean()
        for name, (weight, measure) in measures.items()
        if weight
    }
    if weights.adversarial:
        boxes = surest_boxes(detector, teacher, ROI_SCORE)
        terms["adversarial"] = weights.adversarial * adversarial_loss(gan, exits[STAGES], boxes)
    return terms


def _levels_of_step(options: MultiexitTraining, step: int) -> list[int]:
    """The levels that one step trains, drawn by seed and step alone."""
    random = np.random.default_rng((options.seed, step, 3))
    drawn = random.choice(options.levels, min(LEVELS_A_STEP, len(options.levels)), replace=False)
    return sorted(drawn.tolist())


def _percent(scores: dict[int, float]) -> str:
    return " / ".join(f"{100 * scores[level]:.1f}" for level in sorted(scores))
