"""Stage one (§4.2): the generator against D_f and D_i, on frames that the detector finds easy and hard."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW

from turbo_cli.data import Dataset
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.discriminators import FrameDiscriminator, InstanceDiscriminator, crop_instances
from turbo_cli.enhancement.execution import enhanced_image
from turbo_cli.errors import TurboError, nearest
from turbo_cli.progress import Track, untracked
from turbo_cli.training import checkpoint
from turbo_cli.training.adversarial import Objective, discriminator_loss, generator_loss
from turbo_cli.training.augmentation import TrainingSamples
from turbo_cli.training.options import TrainingOptions, require_finite
from turbo_cli.training.pairs import image_batches
from turbo_cli.training.schedule import learning_rate_factor, set_learning_rate
from turbo_cli.training.statistics import measure_statistics

ROIS = 8
"""Instances of a frame that D_i looks at, the surest first."""

WHOLE_FRAMES = (0.8, 1.0)
"""D_f judges whole frames, so the samples show nearly all of one."""

ADAM_BETAS = (0.5, 0.999)
"""Less momentum than usual: each player must follow the other."""

JUDGES_DECAY = 0.3
"""Weight decay of D_f and D_i: without it they learn the training cameras by heart."""

STATISTICS_BATCHES = 8


@dataclass(frozen=True, kw_only=True)
class GanTraining(TrainingOptions):
    """The options of `turbo train-gan`.

    learning_rate: of G. discriminator_learning_rate: of D_f and D_i. objective: of the game. roi_score: the
    least score of an instance. only_discriminator: leave G as it is. eval_every: iterations between looks at
    held-out frames. log: folder of the losses and pictures.
    """

    iterations: int = 1500
    batch_size: int = 8
    learning_rate: float = 2e-4
    discriminator_learning_rate: float = 2e-3
    objective: Objective = "paper"
    roi_score: float = ROI_SCORE
    only_discriminator: bool = False
    eval_every: int = 250
    log: Path | None = None

    FREE: ClassVar[frozenset[str]] = TrainingOptions.FREE | {"eval_every", "log"}


class Gan(nn.Module):
    """The three trainable networks of §4.1; the generator's encoder is the detector's frozen backbone."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.decoder = Decoder(channels)
        self.frame = FrameDiscriminator()
        self.instance = InstanceDiscriminator()


@dataclass(frozen=True, eq=False)
class Round:
    """What both players look at in one iteration.

    easy, hard: real frames, (B, 3, H, W); generated: G's pictures of the hard ones. The boxes are those of
    the RoIs, (N ≤ 8, 4) in pixels for each frame.
    """

    easy: Tensor
    easy_boxes: list[Tensor]
    hard: Tensor
    hard_boxes: list[Tensor]
    generated: Tensor


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
    loss is not finite; the last checkpoint stays.
    """
    torch.manual_seed(options.seed)
    judges = [*gan.frame.parameters(), *gan.instance.parameters()]
    d_optimizer = AdamW(judges, options.discriminator_learning_rate, ADAM_BETAS, weight_decay=JUDGES_DECAY)
    g_optimizer = Adam(gan.decoder.parameters(), options.learning_rate, betas=ADAM_BETAS)
    parts: dict[str, checkpoint.Stateful] = {"gan": gan, "d": d_optimizer, "g": g_optimizer}
    settings = options.settings | {"detector": f"{detector.name} {detector.weights_hash}"}
    start = checkpoint.begin(options.checkpoint, parts, settings, options.resume)
    if start == 0 and not options.only_discriminator:
        first = list(_frames(detector, hard, options, 0, STATISTICS_BATCHES))
        gan.decoder.set_statistics(measure_statistics(detector, first))
    steps = range(start, options.iterations)
    feed = zip(
        track(steps, "training GAN", len(steps)),
        _frames(detector, easy, options, start, options.iterations),
        _frames(detector, hard, options, start, options.iterations),
        strict=True,
    )
    for step, easy_frames, hard_frames in feed:
        factor = learning_rate_factor(step, options.iterations)
        set_learning_rate(d_optimizer, options.discriminator_learning_rate * factor)
        set_learning_rate(g_optimizer, options.learning_rate * factor)
        with options.autocast():
            shown = play(detector, gan, easy_frames, hard_frames, options.roi_score)
            terms = discriminator_terms(gan, shown, options.objective)
        require_finite(terms, step)
        d_optimizer.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        d_optimizer.step()

        if not options.only_discriminator:
            with options.autocast():
                generator = generator_terms(gan, shown, options.objective)
            require_finite(generator, step)
            g_optimizer.zero_grad()
            torch.stack(list(generator.values())).sum().backward()
            g_optimizer.step()
            terms |= generator

        if watch:
            watch(step + 1, terms, shown)
        if (step + 1) % options.save_every == 0:
            checkpoint.write(options.checkpoint, parts, step + 1, settings)
    return gan


def play(detector: SplitDetector, gan: Gan, easy: Tensor, hard: Tensor, roi_score: float) -> Round:
    """Find the RoIs of real easy and hard frames, (B, 3, H, W) each, and generate from the hard ones."""
    with torch.no_grad():
        easy_boxes = _surest_boxes(detector, detector.encode(easy), roi_score)
        features = detector.encode(hard)
        hard_boxes = _surest_boxes(detector, features, roi_score)
    return Round(easy, easy_boxes, hard, hard_boxes, enhanced_image(gan.decoder, hard, features))


def discriminator_terms(gan: Gan, shown: Round, objective: Objective) -> dict[str, Tensor]:
    """What D_f and D_i minimise: easy against real hard and generated. No gradient to G."""
    fake = shown.generated.detach()
    easy_crops = crop_instances(shown.easy, shown.easy_boxes)
    other_crops = [crop_instances(images, shown.hard_boxes) for images in (shown.hard, fake)]
    return {
        "d_frame": discriminator_loss(
            gan.frame(shown.easy), gan.frame(torch.cat([shown.hard, fake])), objective
        ),
        "d_instance": discriminator_loss(
            gan.instance(easy_crops), gan.instance(torch.cat(other_crops)), objective
        ),
    }


def generator_terms(gan: Gan, shown: Round, objective: Objective) -> dict[str, Tensor]:
    """What G minimises: its frames, and the instances in them, taken for easy ones."""
    with torch.no_grad():
        easy_frames = gan.frame(shown.easy)
        easy_crops = gan.instance(crop_instances(shown.easy, shown.easy_boxes))
    crops = gan.instance(crop_instances(shown.generated, shown.hard_boxes))
    return {
        "g_frame": generator_loss(gan.frame(shown.generated), easy_frames, objective),
        "g_instance": generator_loss(crops, easy_crops, objective),
    }


def _frames(
    detector: SplitDetector, dataset: Dataset, options: GanTraining, first: int, last: int
) -> Iterator[Tensor]:
    total = max(last, options.iterations) * options.batch_size
    samples = TrainingSamples(dataset, detector.input_size, options.seed, total, WHOLE_FRAMES)
    return image_batches(samples, first, last, options.batch_size, options.workers, options.device)


def _surest_boxes(detector: SplitDetector, features: Sequence[Tensor], roi_score: float) -> list[Tensor]:
    kept = [found.above(roi_score).boxes_xyxy[:ROIS] for found in detector.detect(features)]
    return [torch.from_numpy(boxes).to(features[0].device) for boxes in kept]


def parse_objective(text: str) -> Objective:
    """`paper` or `rals`. Raises `TurboError` for anything else."""
    known: dict[str, Objective] = {"paper": "paper", "rals": "rals"}
    if text not in known:
        raise TurboError(f"--adversarial: no objective {text!r}", nearest(text, known))
    return known[text]
