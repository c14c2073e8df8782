"""Stage two (§4.3): every exit of the decoder learns through the frozen detector (eq. 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW
from torch.utils.data import Dataset as TorchDataset

from turbo_cli.data import Dataset
from turbo_cli.data.degradation import DEGRADATIONS
from turbo_cli.detectors.base import STAGES, SplitDetector
from turbo_cli.enhancement.decoder import Decoder, SkipStatistics
from turbo_cli.enhancement.execution import enhanced_levels
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.augmentation import Sample, TrainingSamples
from turbo_cli.training.mosaics import Mosaics
from turbo_cli.training.options import Report, TrainingOptions, require_finite, say_terms
from turbo_cli.training.pairs import DegradedPairs, Mixture, Pair, Pairs, batches
from turbo_cli.training.schedule import (
    averaged_module,
    learning_rate_factor,
    moving_average,
    set_learning_rate,
)
from turbo_cli.training.statistics import measure_statistics
from turbo_cli.training.validation import Best, Validation

LARGEST_GRADIENT = 2.0
LEVELS_A_STEP = 2
STATISTICS_BATCHES = 12


@dataclass(frozen=True)
class LossWeights:
    """How much each term of stage two counts.

    detection: the detector's own loss against labels (the paper's). distill: distance to what the detector
    predicts on the clean picture.
    """

    detection: float = 1.0
    distill: float = 1.0


@dataclass(frozen=True, kw_only=True)
class MultiexitTraining(TrainingOptions):
    """The options of `turbo train-multiexit`.

    levels: the exits to train. kinds: degradations put on the frames on the fly. crop: (width, height) of
    the samples in pixels of the detector's input; None for whole frames. photograph_share: share of samples
    that are mosaics of photographs. eval_every: iterations between validations.
    """

    iterations: int = 3000
    batch_size: int = 8
    learning_rate: float = 1e-3
    weights: LossWeights = LossWeights()
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)
    kinds: tuple[str, ...] = ()
    crop: tuple[int, int] | None = None
    photograph_share: float = 0.5
    eval_every: int = 500

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.levels or not set(self.levels) <= set(range(1, STAGES + 1)):
            raise TurboError(f"--levels {self.levels}: must be some of 1…{STAGES}")
        if self.weights.detection == self.weights.distill == 0:
            raise TurboError("--loss: every term has weight 0", "give detection or distill a weight")


def train_decoder(
    detector: SplitDetector,
    decoder: Decoder,
    frames: Dataset,
    photographs: Dataset | None,
    validation: Validation | None,
    options: MultiexitTraining,
    track: Track = untracked,
    report: Report | None = None,
) -> Decoder:
    """Train the exits; gives back the averaged decoder, as it validated best if there is a validation.

    Same options, same thread count, same bits on the CPU, whether resumed or not. Raises `TurboError` if
    the loss is not finite; the last checkpoint stays.
    """
    torch.manual_seed(options.seed)
    pairs = _pairs(detector, frames, photographs, options)
    average = moving_average(decoder)
    optimizer = AdamW(decoder.parameters(), options.learning_rate)
    best = Best(decoder)
    parts: dict[str, checkpoint.Stateful] = {
        "decoder": decoder,
        "average": average,
        "optimizer": optimizer,
        "best": best,
    }
    settings = options.settings | {"detector": f"{detector.name} {detector.weights_hash}"}
    start = checkpoint.begin(options.checkpoint, parts, settings, options.resume)
    if start == 0:
        decoder.set_statistics(_statistics(detector, pairs, options))
    steps = range(start, options.iterations)
    feed = batches(pairs, start, options.iterations, options.batch_size, options.workers, options.device)
    for step, batch in zip(track(steps, "training exits", len(steps)), feed, strict=True):
        set_learning_rate(optimizer, options.learning_rate * learning_rate_factor(step, options.iterations))
        with options.autocast():
            terms = loss_terms(detector, decoder, batch, _levels_of_step(options, step), options.weights)
        require_finite(terms, step)
        optimizer.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), LARGEST_GRADIENT)
        optimizer.step()
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


def loss_terms(
    detector: SplitDetector, decoder: Decoder, pairs: Pairs, levels: Sequence[int], weights: LossWeights
) -> dict[str, Tensor]:
    """The weighted terms of eq. 4, each a scalar averaged over the levels, with gradient to the decoder."""
    with torch.no_grad():
        features = detector.encode(pairs.degraded)
        teacher = detector.encode(pairs.clean)
    at_level = enhanced_levels(detector, decoder, pairs.degraded, features, levels)
    terms = {}
    if weights.detection:
        losses = [detector.loss(maps, pairs.targets) for maps in at_level.values()]
        terms["detection"] = weights.detection * torch.stack(losses).mean()
    if weights.distill:
        losses = [detector.distill(maps, teacher) for maps in at_level.values()]
        terms["distill"] = weights.distill * torch.stack(losses).mean()
    return terms


def _statistics(
    detector: SplitDetector, pairs: TorchDataset[Pair], options: MultiexitTraining
) -> SkipStatistics:
    feed = batches(pairs, 0, STATISTICS_BATCHES, options.batch_size, options.workers, options.device)
    return measure_statistics(detector, [batch.degraded for batch in feed])


def _pairs(
    detector: SplitDetector, frames: Dataset, photographs: Dataset | None, options: MultiexitTraining
) -> TorchDataset[Pair]:
    """Cut so that objects keep the size that they have in the detector's input."""
    width, height = options.crop or detector.input_size
    share = width * height / (detector.input_size[0] * detector.input_size[1])
    total = options.iterations * options.batch_size
    scale = (min(0.8, 0.6 * share), min(1.0, 1.6 * share))
    sources: list[TorchDataset[Sample]] = [
        TrainingSamples(frames, (width, height), options.seed, total, scale)
    ]
    shares = [1.0]
    if photographs is not None:
        sources.append(Mosaics(photographs, (width, height), options.seed, total))
        shares = [1 - options.photograph_share, options.photograph_share]
    return DegradedPairs(Mixture(sources, shares, options.seed), options.kinds, options.seed)


def _levels_of_step(options: MultiexitTraining, step: int) -> list[int]:
    """The levels that one step trains, drawn by seed and step alone."""
    random = np.random.default_rng((options.seed, step, 3))
    drawn = random.choice(options.levels, min(LEVELS_A_STEP, len(options.levels)), replace=False)
    return sorted(drawn.tolist())


def _percent(scores: dict[int, float]) -> str:
    return " / ".join(f"{100 * scores[level]:.1f}" for level in sorted(scores))


def parse_losses(text: str) -> LossWeights:
    """`detection=0.4,distill` → weights; a name alone weighs 1, one that is not named 0.

    Raises `TurboError` for an unknown term or a weight that is no number from 0.
    """
    given = {}
    for part in text.split(","):
        name, _, weight = (piece.strip() for piece in part.partition("="))
        if name not in LossWeights.__dataclass_fields__:
            raise TurboError(f"--loss: no term {name!r}", nearest(name, LossWeights.__dataclass_fields__))
        try:
            given[name] = float(weight or 1)
        except ValueError:
            given[name] = -1.0
        if not 0 <= given[name] < float("inf"):
            raise TurboError(f"--loss: {part!r}: the weight is no number from 0")
    return LossWeights(**{"detection": 0.0, "distill": 0.0} | given)


def parse_kinds(text: str) -> tuple[str, ...]:
    """`fog,rain` → those degradations; `all`; `none`. Raises `TurboError` for an unknown one."""
    if text in ("all", "none"):
        return tuple(DEGRADATIONS) if text == "all" else ()
    kinds = tuple(part.strip() for part in text.split(","))
    for kind in kinds:
        if kind not in DEGRADATIONS:
            raise TurboError(f"--degrade: no degradation {kind!r}", nearest(kind, DEGRADATIONS))
    return kinds


def parse_levels(text: str) -> tuple[int, ...]:
    """`1,3,5` → levels in order. Raises `TurboError` for what is no number."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise TurboError(f"--levels {text!r}: not numbers like 1,3,5")
    return tuple(sorted({int(part) for part in parts}))
