"""Options that several commands take, declared once."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, overload

import typer

from turbo_cli.errors import TurboError

DatasetArgument = Annotated[
    Path, typer.Argument(help="A dataset, COCO JSON, video, image, or folder of these.")
]
NewFolderArgument = Annotated[Path, typer.Argument(help="Folder to make; must be absent or empty.")]
KnownDetectorArgument = Annotated[str, typer.Argument(help="A detector of `turbo weights list`.")]
DetectorOption = Annotated[
    str, typer.Option("--detector", help="Detector name (`turbo weights list`) or package.module:factory.")
]
WeightsOption = Annotated[
    Path | None, typer.Option("--weights", help="A weights file in place of the installed one.")
]
DeviceOption = Annotated[str, typer.Option("--device", help="cpu, cuda, cuda:NUMBER or mps.")]
DatasetOption = Annotated[
    Path, typer.Option("--dataset", help="A dataset, COCO JSON, video, image, or folder of these.")
]
SizeOption = Annotated[
    str | None, typer.Option("--size", metavar="WxH", help="Input size, for detectors that take several.")
]
BatchSizeOption = Annotated[int, typer.Option("--batch-size", min=1, help="Frames a batch.")]
ClassesOption = Annotated[
    str | None,
    typer.Option("--classes", help="Judge by these classes only; vehicle=car+bus+truck merges several."),
]
OutOption = Annotated[Path, typer.Option("--out", help="The file to write.")]
IterationsOption = Annotated[int, typer.Option("--iterations", min=1, help="Training steps.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Of all random draws.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=0, help="Processes that make samples.")]
SaveEveryOption = Annotated[int, typer.Option("--save-every", min=1, help="Iterations between checkpoints.")]
CropOption = Annotated[
    str | None, typer.Option("--crop", metavar="WxH", help="Train on crops of this size (input pixels).")
]
AmpOption = Annotated[bool, typer.Option("--amp", help="Run the networks in bfloat16 where that is safe.")]
SolverOption = Annotated[
    str, typer.Option("--solver", help="turbo, exact, paper, random, none, or fixed:LEVEL.")
]
ExecutionOption = Annotated[
    Literal["staged", "per-level"],
    typer.Option("--execution", help="One pass with growing batches, or a batch a level."),
]
GainOption = Annotated[
    Literal["mean", "lower"],
    typer.Option("--gain", help="Plan by mean gains, or by the low end of their 95 % interval."),
]
OrderOption = Annotated[
    Literal["auto", "discriminate-first", "detect-first"],
    typer.Option("--order", help="Plan by θ′ before detection, or by θ after it; auto: what gains more."),
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint beside --out.")]
EnhancerOption = Annotated[
    Path, typer.Option("--enhancer", help="The enhancer's weights (`turbo train-multiexit`), or tiny.")
]
LabelledOption = Annotated[Path, typer.Option("--dataset", help="Labelled frames.")]
RoiScoreOption = Annotated[
    float, typer.Option("--roi-score", min=0, max=1, help="Boxes of at least this score are RoIs (eq. 1).")
]
HardThresholdOption = Annotated[
    float,
    typer.Option("--hard-threshold", min=0, max=1, help="A frame is hard if its RoIs' mean score is below."),
]
ProfileArgument = Annotated[str, typer.Argument(help="A profile's folder, or the name of a shipped one.")]
BytesSeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same bytes.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def parse_kinds(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """`fog,rain` → ("fog", "rain"), which need not be known ones; `all` → the known ones."""
    return tuple(known) if text == "all" else tuple(kind.strip() for kind in text.split(","))


@overload
def parse_size(text: str) -> tuple[int, int]: ...
@overload
def parse_size(text: None) -> None: ...
def parse_size(text: str | None) -> tuple[int, int] | None:
    """`640x384` → (640, 384). Raises `TurboError` for anything else."""
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise TurboError(f"size {text!r}: not WIDTHxHEIGHT in pixels", "write for example 640x384")
    return int(width), int(height)
