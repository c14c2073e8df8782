"""`turbo train-gan` as a function: from files to `gan.safetensors`."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from turbo_cli.artifacts import enhancer as enhancer_artifact
from turbo_cli.artifacts import gan as artifact
from turbo_cli.artifacts.atomic import check_file
from turbo_cli.artifacts.metadata import Provenance, hash_file
from turbo_cli.artifacts.weights import load_state
from turbo_cli.data import Dataset
from turbo_cli.data.selection import Selection
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.generator import build_generator, copy_encoder
from turbo_cli.enhancement.loading import enhancer_weights, find_enhancer, load_enhancer
from turbo_cli.progress import Track, untracked
from turbo_cli.training.collapse import CollapseWatch
from turbo_cli.training.frame_classes import FrameClasses, read_frame_classes
from turbo_cli.training.game import Gan, Round
from turbo_cli.training.gan import GanTraining, Watch, train_gan
from turbo_cli.training.judging import auc, calibrate, frame_logits
from turbo_cli.training.logbook import Logbook
from turbo_cli.training.options import Report, TrainingOptions, say_terms


def run_stage_one(
    detector: SplitDetector,
    dataset: Dataset,
    difficulty: Path,
    options: GanTraining,
    track: Track = untracked,
    report: Report = lambda line: None,
) -> float:
    """Train the GAN, write it to `options.out`, and give D_f's AUC on held-out frames.

    Raises `TurboError` for a difficulty table of another detector or dataset, or with too few hard or easy
    frames; what `train_gan` raises; an `out` or log folder that cannot be written.
    """
    check_file(options.out)
    classes = read_frame_classes(difficulty, dataset, detector, options.seed)
    encoder = None if options.freeze_encoder else copy_encoder(detector)
    gan = Gan(detector.channels, encoder).to(options.device)
    watch = _watch(detector, gan, classes, options, report)
    train_gan(detector, gan, classes.easy, classes.hard, options, track, watch)
    artifact.write(options.out, gan_weights(gan, training_provenance(detector, options, [difficulty])))
    options.checkpoint.unlink(missing_ok=True)
    return held_out_auc(detector, gan, classes)


def adapt_discriminator(
    detector: SplitDetector,
    enhancer_path: Path,
    dataset: Dataset,
    difficulty: Path,
    options: GanTraining,
    track: Track = untracked,
    report: Report = lambda line: None,
) -> float:
    """Fine-tune an enhancer's D_f and its calibration on frames of the target (§4.4), which need no labels.

    Everything else of the enhancer stays as it is. Writes the enhancer to `options.out` and gives D_f's AUC
    on held-out frames. Raises what `run_stage_one` raises, and `TurboError` for an enhancer of another
    detector.
    """
    check_file(options.out)
    classes = read_frame_classes(difficulty, dataset, detector, options.seed)
    enhancer = load_enhancer(enhancer_path, detector)
    gan = Gan(detector.channels).to(options.device)
    gan.generator.decoder, gan.frame = enhancer.decoder, enhancer.discriminator.requires_grad_(True)
    watch = _watch(detector, gan, classes, options, report)
    train_gan(detector, gan, classes.easy, classes.hard, options, track, watch)
    held_out = Selection(dataset, tuple(sorted(classes.held_out_easy.rows + classes.held_out_hard.rows)))
    enhancer.calibration = calibrate(detector, gan.frame, held_out, options.roi_score)
    provenance = training_provenance(detector, options, [difficulty, find_enhancer(enhancer_path)])
    enhancer_artifact.write(options.out, enhancer_weights(enhancer, provenance))
    options.checkpoint.unlink(missing_ok=True)
    return held_out_auc(detector, gan, classes)


def held_out_auc(detector: SplitDetector, gan: Gan, classes: FrameClasses) -> float:
    """D_f's area under the ROC curve on the frames that it was not trained on."""
    easy = frame_logits(detector, gan.frame, classes.held_out_easy)
    return auc(easy, frame_logits(detector, gan.frame, classes.held_out_hard))


def load_gan(path: Path, detector: SplitDetector) -> tuple[Gan, artifact.GanWeights]:
    """The trained networks of `gan.safetensors`. Raises `TurboError` if they are another detector's."""
    weights = artifact.read(path, detector.name, detector.weights_hash)
    gan = Gan(detector.channels)
    gan.generator = build_generator(weights, path, detector)
    load_state(gan.frame, weights.frame_discriminator, path, "frame_discriminator")
    load_state(gan.instance, weights.instance_discriminator, path, "instance_discriminator")
    return gan, weights


def _watch(
    detector: SplitDetector, gan: Gan, classes: FrameClasses, options: GanTraining, report: Report
) -> Watch:
    """Losses and pictures into the log, collapse and the held-out AUC into the report."""
    log = Logbook(options.log) if options.log else None
    collapse = CollapseWatch()
    warned: set[str] = set()

    @torch.no_grad()
    def watch(step: int, terms: dict[str, Tensor], shown: Round) -> None:
        collapse.look(gan.frame(shown.easy), gan.frame(shown.hard), shown.generated)
        if log:
            log.losses(step, {name: term.item() for name, term in terms.items()})
        if step % options.report_every == 0:
            report(f"step {step} of {options.iterations}: {say_terms(terms)}")
        if step % options.eval_every == 0:
            report(f"step {step}: held-out D_f AUC {held_out_auc(detector, gan, classes):.3f}")
            if log:
                log.strip(step, shown.hard, shown.generated)
        if (verdict := collapse.verdict) and verdict not in warned:
            warned.add(verdict)
            report(f"step {step}: collapse: {verdict}")

    return watch


def gan_weights(gan: Gan, provenance: Provenance) -> artifact.GanWeights:
    """What `artifacts.gan.write` writes and `load_gan` reads."""
    encoder = gan.generator.encoder
    return artifact.GanWeights(
        provenance,
        decoder=gan.generator.decoder.state_dict(),
        frame_discriminator=gan.frame.state_dict(),
        instance_discriminator=gan.instance.state_dict(),
        encoder={} if encoder is None else encoder.state_dict(),
    )


def training_provenance(
    detector: SplitDetector, options: TrainingOptions, parents: Sequence[Path]
) -> Provenance:
    """What a stage's artifact says of itself: the detector, the options, and what it was made of."""
    return Provenance(
        detector=detector.name,
        detector_weights_hash=detector.weights_hash,
        seed=options.seed,
        settings=options.settings,
        parents={path.name: hash_file(path) for path in parents},
    )
