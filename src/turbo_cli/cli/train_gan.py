"""`turbo train-gan`: stage one, the generator against its discriminators."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import (
    RUNNING,
    TRAINING,
    AmpOption,
    CropOption,
    DatasetOption,
    DetectorOption,
    DeviceOption,
    IterationsOption,
    JsonOption,
    OutOption,
    ResumeOption,
    SaveEveryOption,
    SeedOption,
    SizeOption,
    StepSizeOption,
    WeightsOption,
    WorkersOption,
    parse_size,
)
from turbo_cli.cli.output import Output
from turbo_cli.errors import TurboError

EXAMPLE = (
    "Example: turbo train-gan --detector tiny --dataset street --difficulty difficulty.csv"
    " --out gan.safetensors"
)


def train_gan(
    context: typer.Context,
    detector: DetectorOption,
    dataset: DatasetOption,
    difficulty: Annotated[Path, typer.Option(help="difficulty.csv of `turbo label-difficulty`.")],
    out: OutOption,
    iterations: IterationsOption = 1500,
    batch_size: StepSizeOption = 8,
    learning_rate: Annotated[float, typer.Option(help="Of the generator.", rich_help_panel=TRAINING)] = 2e-4,
    lr_discriminator: Annotated[float, typer.Option(help="Of D_f and D_i.", rich_help_panel=TRAINING)] = 2e-3,
    adversarial: Annotated[
        str, typer.Option(help="paper, or rals: relativistic least squares.", rich_help_panel=TRAINING)
    ] = "paper",
    crop: CropOption = None,
    freeze_encoder: Annotated[
        bool,
        typer.Option(
            "--freeze-encoder/--no-freeze-encoder",
            help="Frozen, or a copy of the backbone trained along (§6.3).",
            rich_help_panel=TRAINING,
        ),
    ] = True,
    only_discriminator: Annotated[
        bool,
        typer.Option("--only-discriminator", help="Fine-tune D_f of --init alone.", rich_help_panel=TRAINING),
    ] = False,
    init: Annotated[
        Path | None, typer.Option(help="The enhancer whose D_f is fine-tuned.", rich_help_panel=TRAINING)
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(help="Folder for losses.csv, pictures, TensorBoard.", rich_help_panel=RUNNING),
    ] = None,
    eval_every: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Iterations between D_f's AUC.", rich_help_panel=RUNNING),
    ] = 250,
    save_every: SaveEveryOption = 200,
    workers: WorkersOption = 1,
    amp: AmpOption = False,
    seed: SeedOption = 0,
    resume: ResumeOption = False,
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Stage one: train generator and discriminators; no labels needed."""
    from turbo_cli.data import open_dataset
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.training.gan import GanTraining, parse_objective
    from turbo_cli.training.stage_one import adapt_discriminator, run_stage_one

    output: Output = context.obj
    if only_discriminator != (init is not None):
        raise TurboError("--only-discriminator and --init go together", "give both or neither")
    options = GanTraining(
        out=out,
        iterations=iterations,
        batch_size=batch_size,
        learning_rate=learning_rate,
        discriminator_learning_rate=lr_discriminator,
        objective=parse_objective(adversarial),
        crop=parse_size(crop),
        freeze_encoder=freeze_encoder,
        only_discriminator=only_discriminator,
        log=log,
        eval_every=eval_every,
        save_every=save_every,
        workers=workers,
        amp=amp,
        seed=seed,
        resume=resume,
        device=device,
    )
    loaded = load_detector(detector, weights, device, parse_size(size))
    frames, say = open_dataset(dataset), (output.track, output.detail)
    if init is None:
        auc = run_stage_one(loaded, frames, difficulty, options, *say)
    else:
        auc = adapt_discriminator(loaded, init, frames, difficulty, options, *say)
    if as_json:
        output.json({"out": str(out), "held_out_auc": auc})
    else:
        output.text(f"{out}: held-out D_f AUC {auc:.3f}")
