"""Stage one (§4.2): the generator against D_f and D_i, on frames that the detector finds easy and hard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor
from torch.optim import Adam, AdamW, Optimizer

from turbo_cli.data import Dataset
from turbo_cli.data.remembering import MOST_BYTES, remember
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.adversarial import Objective
from turbo_cli.training.augmentation import TrainingSamples
from turbo_cli.training.descent import descend
from turbo_cli.training.game import Gan, Round, discriminator_terms, generator_terms, play
from turbo_cli.training.memory import within_memory
from turbo_cli.training.options import TrainingOptions
from turbo_cli.training.pairs import image_batches
from turbo_cli.training.samples import Batch, Samples, sample_size
from turbo_cli.training.schedule import learning_rate_factor, set_learning_rate
from turbo_cli.training.statistics import measure_statistics

LEAST_SHOWN = 0.8
"""D_f judges whole frames, so the samples show nearly all of one, or of a crop's share of it."""

ADAM_BETAS = (0.5, 0.999)
"""Less momentum than usual: each player must follow the other."""

JUDGES_DECAY = 0.3
"""Weight decay of D_f and D_i: without it they learn the training cameras by heart."""

STATISTICS_BATCHES = 8


@dataclass(frozen=True, kw_only=True)
class GanTraining(TrainingOptions):
    """The options of `turbo train-gan`.

    learning_rate: of G. discriminator_learning_rate: of D_f and D_i. objective: of the game. crop: (width,
    height) of the samples in pixels of the detector's input; None for whole frames. freeze_encoder: False
    trains a copy of the detector's backbone along (the model-agnostic baseline, §6.3). roi_score: the least
    score of an instance. only_discriminator: leave G as it is. eval_every: iterations between looks at
    held-out frames. log: folder of the losses and pictures.
    """

    iterations: int = 1500
    batch_size: int = 8
    learning_rate: float = 2e-4
    discriminator_learning_rate: float = 2e-3
    objective: Objective = "paper"
    crop: tuple[int, int] | None = None
    freeze_encoder: bool = True
    roi_score: float = ROI_SCORE
    only_discriminator: bool = False
    eval_every: int = 250
    log: Path | None = None

    FREE: ClassVar[frozenset[str]] = TrainingOptions.FREE | {"eval_every", "log"}

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.discriminator_learning_rate > 0:
            raise TurboError(f"--lr-discriminator must be above 0, got {self.discriminator_learning_rate}")
        if self.only_discriminator and not self.freeze_encoder:
            raise TurboError("--only-discriminator trains no encoder", "leave out --no-freeze-encoder")


Watch = Callable[[int, dict[str, Tensor], Round], None]


def train_gan(
    detector: SplitDetector,
    gan: Gan,
    easy: Dataset,
    hard: Dataset,
    options: GanTraining,
    track: Track = untracked,
    watch: Watch | None = None,
) -> Gan:
    """Play the game of eq. 3: each iteration one step of D_f and D_i, then one of G.

    Same options, same thread count, same bits on the CPU, whether resumed or not. `watch` is called after
    every iteration with the number of iterations done, the losses and the frames. Raises `TurboError` if a
    loss is not finite or memory runs out; the last checkpoint stays.
    """
    torch.manual_seed(options.seed)
    judges = [*gan.frame.parameters(), *gan.instance.parameters()]
    d_optimizer = AdamW(judges, options.discriminator_learning_rate, ADAM_BETAS, weight_decay=JUDGES_DECAY)
    g_optimizer = Adam(gan.generator.parameters(), options.learning_rate, betas=ADAM_BETAS)
    parts: dict[str, checkpoint.Stateful] = {"gan": gan, "d": d_optimizer, "g": g_optimizer}
    settings = options.settings | {"detector": f"{detector.name} {detector.weights_hash}"}
    sources = [_samples(detector, frames, options) for frames in (easy, hard)]
    start = checkpoint.begin(options.checkpoint, parts, settings, options.resume)
    if start == 0 and not options.only_discriminator:
        first = list(_frames(sources[1], options, 0, STATISTICS_BATCHES))
        statistics = within_memory(partial(measure_statistics, detector, first), options.batch_size)
        gan.generator.decoder.set_statistics(statistics)
    steps = range(start, options.iterations)
    feed = zip(
        track(steps, "training GAN", len(steps)),
        *(_frames(samples, options, start, options.iterations) for samples in sources),
        strict=True,
    )
    for step, easy_frames, hard_frames in feed:
        factor = learning_rate_factor(step, options.iterations)
        set_learning_rate(d_optimizer, options.discriminator_learning_rate * factor)
        set_learning_rate(g_optimizer, options.learning_rate * factor)
        named = Batch(step, options.batch_size, sources)
        players, frames = (d_optimizer, g_optimizer), (easy_frames, hard_frames)
        learn = partial(_learn, detector, gan, players, frames, options, named)
        terms, shown = within_memory(learn, options.batch_size)
        if watch:
            watch(step + 1, terms, shown)
        if (step + 1) % options.save_every == 0:
            checkpoint.write(options.checkpoint, parts, step + 1, settings)
    return gan


def _learn(
    detector: SplitDetector,
    gan: Gan,
    players: tuple[Optimizer, Optimizer],
    frames: tuple[Tensor, Tensor],
    options: GanTraining,
    batch: Batch,
    size: int,
) -> tuple[dict[str, Tensor], Round]:
    """One step of D_f and D_i, then one of G, on the first `size` easy and hard frames."""
    easy, hard = (images[:size] for images in frames)
    with options.autocast():
        shown = play(detector, gan, easy, hard, options.roi_score)
        terms = discriminator_terms(gan, shown, options.objective)
    descend(players[0], terms, batch)
    if not options.only_discriminator:
        with options.autocast():
            generator = generator_terms(gan, shown, options.objective)
        descend(players[1], generator, batch)
        terms |= generator
    return terms, shown


def _samples(detector: SplitDetector, dataset: Dataset, options: GanTraining) -> Samples:
    size, share = sample_size(detector, options.crop)
    total = max(STATISTICS_BATCHES, options.iterations) * options.batch_size
    return TrainingSamples(
        remember(dataset, MOST_BYTES // 2), size, options.seed, total, (LEAST_SHOWN * share, share)
    )


def _frames(samples: Samples, options: GanTraining, first: int, last: int) -> Iterator[Tensor]:
    return image_batches(samples, first, last, options.batch_size, options.workers, options.device)


def parse_objective(text: str) -> Objective:
    """`paper` or `rals`. Raises `TurboError` for anything else."""
    known: dict[str, Objective] = {"paper": "paper", "rals": "rals"}
    if text not in known:
        raise TurboError(f"--adversarial: no objective {text!r}", nearest(text, known))
    return known[text]
