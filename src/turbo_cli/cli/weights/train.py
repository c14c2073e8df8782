"""`turbo weights train`: train the shipped detector anew."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.output import Output


class Trainable(StrEnum):
    """The detectors that Turbo can train."""

    TINY = "tiny"


def train(
    context: typer.Context,
    name: Annotated[Trainable, typer.Argument(help="The detector.")],
    dataset: Annotated[Path, typer.Option(help="Labelled frames to train on.")],
    out: Annotated[Path, typer.Option(help="The weights to write (safetensors).")],
    validate: Annotated[Path | None, typer.Option(help="Labelled frames to judge by at the end.")] = None,
    iterations: Annotated[int, typer.Option(help="Training steps.")] = 6000,
    batch_size: Annotated[int, typer.Option(help="Frames a step.")] = 16,
    learning_rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 2e-3,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and augmentation.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that make samples (0: this one).")] = 1,
    device: Annotated[str, typer.Option(help="cpu, cuda or mps.")] = "cpu",
    amp: Annotated[bool, typer.Option(help="Compute in bfloat16 where that is safe.")] = False,
    save_every: Annotated[int, typer.Option(help="Steps between checkpoints (OUT.checkpoint).")] = 200,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Train a small detector on labelled frames; Ctrl-C keeps the last checkpoint.

    Example: turbo weights train tiny --dataset streets --validate other-streets --out tiny.safetensors
    """
    from turbo_cli.training import detector

    output: Output = context.obj
    options = detector.DetectorTraining(
        dataset=dataset,
        out=out,
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
    detector.train(options, output.track, output.detail)
    output.text(f"wrote {out}")
