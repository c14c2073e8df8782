"""`turbo train-multiexit` as a function: from files to `enhancer.safetensors`."""

from pathlib import Path

from turbo_cli.artifacts import enhancer as artifact
from turbo_cli.artifacts.atomic import check_file
from turbo_cli.data import Dataset
from turbo_cli.data.selection import split_off_cameras
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.difficulty import ROI_SCORE
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.loading import enhancer_weights
from turbo_cli.errors import TurboError
from turbo_cli.metrics import Classes
from turbo_cli.progress import Track, untracked
from turbo_cli.training.judging import calibrate
from turbo_cli.training.multiexit import train_decoder
from turbo_cli.training.multiexit_options import MultiexitTraining
from turbo_cli.training.options import Report
from turbo_cli.training.stage_one import load_gan, training_provenance
from turbo_cli.training.validation import make_validation


def run_stage_two(
    detector: SplitDetector,
    gan_path: Path,
    dataset: Dataset,
    photographs: Dataset | None,
    held_out_cameras: tuple[str, ...],
    classes: Classes | None,
    options: MultiexitTraining,
    track: Track = untracked,
    report: Report = lambda line: None,
) -> None:
    """Train the exits, calibrate D_f on the held-out cameras, and write `options.out`.

    held_out_cameras: never trained on; they choose the weights that are kept. classes: what they are judged
    by. Raises `TurboError` for a GAN of another detector, a camera that the dataset lacks, labels that the
    losses need and the dataset has not, and what `train_decoder` raises.
    """
    check_file(options.out)
    if options.weights.detection and not dataset.labelled:
        raise TurboError(f"{dataset.path}: has no labels", "use --loss distill, which needs none")
    gan, stage_one = load_gan(gan_path, detector)
    if gan.generator.encoder is not None:
        raise TurboError(
            f"{gan_path}: its generator has an encoder of its own, whose maps are not the detector's",
            "train a gan without --no-freeze-encoder; `turbo evaluate --generator` judges this one",
        )
    if options.patience is not None and not held_out_cameras:
        raise TurboError("--patience: nothing is held out to validate on", "give --validate-on too")
    frames, held_out = split_off_cameras(dataset, held_out_cameras)
    if len(frames) == 0:
        raise TurboError(f"{dataset.path}: every camera is held out", "hold out fewer with --validate-on")
    judged, validation = frames, None
    if len(held_out):
        judged = held_out
        validation = make_validation(detector, held_out, options.kinds, options.seed, classes)
    decoder = train_decoder(
        detector,
        gan.to(options.device),
        frames,
        photographs,
        validation,
        options,
        track,
        report,
    )
    roi_score = float(stage_one.provenance.settings.get("roi_score", ROI_SCORE))  # type: ignore[arg-type]
    calibration = calibrate(detector, gan.frame, judged, roi_score)
    cameras = sorted({info.camera for info in frames.frames})
    enhancer = Enhancer(detector, decoder, gan.frame, calibration, cameras, options.levels)
    provenance = training_provenance(detector, options, [gan_path])
    artifact.write(options.out, enhancer_weights(enhancer, provenance))
    options.checkpoint.unlink(missing_ok=True)
