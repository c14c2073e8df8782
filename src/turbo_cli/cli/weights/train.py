"""`turbo weights train`: train the shipped detector anew."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import AmpOption, DeviceOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights train tiny --dataset streets --validate others --out tiny.safetensors"


class Trainable(StrEnum):
    """The detectors that Turbo can train."""

    TINY = "tiny"


def train(
    context: typer.Context,
    name: Annotated[Trainable, typer.Argument(help="The detector.")],
    dataset: Annotated[Path, typer.Option(help="Labelled frames to train on.")],
    out: Annotated[Path, typer.Option(help="The weights to write (safetensors).")],
    validate: Annotated[
        list[Path] | None, typer.Option(help="Labelled frames to judge by at the end; may be repeated.")
    ] = None,
    iterations: Annotated[int, typer.Option(min=1, help="Training steps.")] = 8000,
    batch_size: Annotated[int, typer.Option(min=1, help="Frames a step.")] = 8,
    learning_rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 4e-3,
    seed: Annotated[int, typer.Option(min=0, help="Of weights, order and augmentation.")] = 0,
    workers: Annotated[int, typer.Option(min=0, help="Processes that make samples; 0: none but this.")] = 1,
    device: DeviceOption = "cpu",
    amp: AmpOption = False,
    save_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 200,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from OUT.checkpoint.")] = False,
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
