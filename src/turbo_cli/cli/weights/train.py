"""`turbo weights train`: train the shipped detector anew."""

from enum import StrEnum
from typing import Annotated

import typer

from turbo_cli.cli.options import (
    AmpOption,
    DeviceOption,
    IterationsOption,
    LabelledOption,
    LearningRateOption,
    OutOption,
    ResumeOption,
    SaveEveryOption,
    SeedOption,
    StepSizeOption,
    ValidateOption,
    WorkersOption,
)
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights train tiny --dataset streets --validate others --out tiny.safetensors"


class Trainable(StrEnum):
    """The detectors that Turbo can train."""

    TINY = "tiny"


def train(
    context: typer.Context,
    name: Annotated[Trainable, typer.Argument(help="The detector.")],
    dataset: LabelledOption,
    out: OutOption,
    validate: ValidateOption = None,
    iterations: IterationsOption = 8000,
    batch_size: StepSizeOption = 8,
    learning_rate: LearningRateOption = 4e-3,
    seed: SeedOption = 0,
    workers: WorkersOption = 1,
    device: DeviceOption = "cpu",
    amp: AmpOption = False,
    save_every: SaveEveryOption = 200,
    resume: ResumeOption = False,
) -> None:
    """Train a detector on labelled frames and print its mAP; Ctrl-C keeps the last checkpoint."""
    from turbo_cli.training import detector as training

    output: Output = context.obj
    options = training.DetectorTraining(
        dataset=dataset,
        out=out,
        validate=tuple(validate or ()),
        iterations=iterations,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        workers=workers,
        device=device,
        amp=amp,
        save_every=save_every,
        resume=resume,
    )
    scores = training.train(options, output.track, output.detail)
    for path, value in scores.items():
        output.text(f"{path}: mAP {value.map:.3f}, AP50 {value.ap50:.3f} over {value.frames} frames")
    output.text(f"{out}: weights of {name.value}")
