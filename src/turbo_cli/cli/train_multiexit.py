"""`turbo train-multiexit`: stage two, every exit through the frozen detector."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import (
    JUDGING,
    TRAINING,
    AmpOption,
    ClassesOption,
    CropOption,
    DatasetOption,
    DegradeOption,
    DetectorOption,
    DeviceOption,
    IterationsOption,
    JsonOption,
    LearningRateOption,
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

EXAMPLE = (
    "Example: turbo train-multiexit --detector tiny --gan gan.safetensors --dataset street --degrade all"
    " --out enhancer.safetensors"
)


def train_multiexit(
    context: typer.Context,
    detector: DetectorOption,
    gan: Annotated[Path, typer.Option(help="gan.safetensors of `turbo train-gan`.")],
    dataset: DatasetOption,
    out: OutOption,
    loss: Annotated[
        str,
        typer.Option(
            help="Weights of detection (needs labels), distill, features, adversarial.",
            rich_help_panel=TRAINING,
        ),
    ] = "detection=1,distill=1",
    degrade: DegradeOption = "all",
    levels: Annotated[str, typer.Option(help="The exits to train.", rich_help_panel=TRAINING)] = "1,2,3,4,5",
    photographs: Annotated[
        Path | None, typer.Option(help="A dataset of photographs, for mosaics.", rich_help_panel=TRAINING)
    ] = None,
    photographs_labelled: Annotated[
        bool,
        typer.Option(
            "--photographs-labelled",
            help="All their objects are labelled: `detection` counts them.",
            rich_help_panel=TRAINING,
        ),
    ] = False,
    crop: CropOption = None,
    iterations: IterationsOption = 3000,
    batch_size: StepSizeOption = 8,
    learning_rate: LearningRateOption = 1e-3,
    validate_on: Annotated[
        str | None, typer.Option(help="Cameras held out of training: a,b,c.", rich_help_panel=JUDGING)
    ] = None,
    classes: ClassesOption = None,
    eval_every: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Iterations between validations.", rich_help_panel=JUDGING),
    ] = 500,
    patience: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Stop after so many validations without improvement.",
            rich_help_panel=JUDGING,
        ),
    ] = None,
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
    """Stage two: train all exits through the frozen detector, and calibrate D_f."""
    from turbo_cli.data import open_dataset
    from turbo_cli.detectors.loading import load_detector
    from turbo_cli.metrics import parse_classes
    from turbo_cli.training.multiexit_options import (
        MultiexitTraining,
        parse_kinds,
        parse_levels,
        parse_losses,
    )
    from turbo_cli.training.stage_two import run_stage_two

    output: Output = context.obj
    options = MultiexitTraining(
        out=out,
        weights=parse_losses(loss),
        kinds=parse_kinds(degrade),
        levels=parse_levels(levels),
        crop=parse_size(crop),
        iterations=iterations,
        batch_size=batch_size,
        learning_rate=learning_rate,
        eval_every=eval_every,
        patience=patience,
        photographs_labelled=photographs_labelled,
        save_every=save_every,
        workers=workers,
        amp=amp,
        seed=seed,
        resume=resume,
        device=device,
    )
    run_stage_two(
        load_detector(detector, weights, device, parse_size(size)),
        gan,
        open_dataset(dataset),
        open_dataset(photographs) if photographs else None,
        tuple(validate_on.split(",")) if validate_on else (),
        parse_classes(classes) if classes else None,
        options,
        output.track,
        output.detail,
    )
    if as_json:
        output.json({"out": str(out), "levels": list(options.levels)})
    else:
        output.text(f"{out}: levels {', '.join(map(str, options.levels))}")
