"""Options that several commands take, declared once."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, overload

import typer

from turbo_cli.errors import TurboError

# Panels of `--help`. Without one, an option stands in the first panel: what is required, and the results.
DATA = "Data"
DETECTOR = "Detector"
TRAINING = "Training"
JUDGING = "Judging"
SCHEDULING = "Scheduling"
TRAFFIC = "Traffic"
RUNNING = "Running"
OUTPUT = "Output"
PANELS = (DATA, DETECTOR, TRAINING, JUDGING, SCHEDULING, TRAFFIC, RUNNING, OUTPUT)

_FRAMES = "Dataset, COCO JSON, video, image, or folder of these."
_PROFILE = "A profile's folder, or the name of a shipped one."


def _check_seed(seed: int) -> int:
    """Torch takes no larger one; as `max`, the number would fill the help."""
    if not 0 <= seed < 2**63:
        raise typer.BadParameter("not from 0 to 2^63 − 1")
    return seed


DatasetArgument = Annotated[Path, typer.Argument(help=_FRAMES)]
NewFolderArgument = Annotated[Path, typer.Argument(help="Folder to make; must be absent or empty.")]
KnownDetectorArgument = Annotated[str, typer.Argument(help="A detector of `turbo weights list`.")]
ProfileArgument = Annotated[str, typer.Argument(help=_PROFILE)]

DetectorOption = Annotated[
    str, typer.Option("--detector", help="A name of `turbo weights list`, or module:factory.")
]
DatasetOption = Annotated[Path, typer.Option("--dataset", help=_FRAMES)]
LabelledOption = Annotated[Path, typer.Option("--dataset", help="Labelled frames.")]
EnhancerOption = Annotated[
    Path, typer.Option("--enhancer", help="The enhancer (`turbo train-multiexit`); tiny fits tiny only.")
]
ProfileOption = Annotated[str, typer.Option("--profile", help=_PROFILE)]
OutOption = Annotated[Path, typer.Option("--out", help="The file to write.")]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", callback=_check_seed, help="Of all random draws.")
]
BytesSeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", min=0, help="The same seed makes the same bytes.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

WeightsOption = Annotated[
    Path | None,
    typer.Option("--weights", help="A weights file in place of the installed one.", rich_help_panel=DETECTOR),
]
SizeOption = Annotated[
    str | None,
    typer.Option("--size", metavar="WxH", help="Input size, if it takes several.", rich_help_panel=DETECTOR),
]
DeviceOption = Annotated[
    str, typer.Option("--device", help="cpu, cuda, cuda:NUMBER or mps.", rich_help_panel=DETECTOR)
]
BatchSizeOption = Annotated[
    int,
    typer.Option("--batch-size", metavar="N", min=1, help="Frames a batch.", rich_help_panel=DETECTOR),
]

ClassesOption = Annotated[
    str | None,
    typer.Option(
        "--classes",
        help="Judge by these only; vehicle=car+bus+truck merges several.",
        rich_help_panel=JUDGING,
    ),
]
RoiScoreOption = Annotated[
    float,
    typer.Option(
        "--roi-score",
        metavar="X",
        min=0,
        max=1,
        help="Boxes from this score on are RoIs (eq. 1).",
        rich_help_panel=JUDGING,
    ),
]
HardThresholdOption = Annotated[
    float,
    typer.Option(
        "--hard-threshold",
        metavar="X",
        min=0,
        max=1,
        help="Hard is less confidence than this.",
        rich_help_panel=JUDGING,
    ),
]

DegradeOption = Annotated[
    str,
    typer.Option(
        "--degrade", help="Degradations put on frames: names, all, or none.", rich_help_panel=TRAINING
    ),
]
CropOption = Annotated[
    str | None,
    typer.Option("--crop", metavar="WxH", help="Crops, in input pixels.", rich_help_panel=TRAINING),
]
IterationsOption = Annotated[
    int, typer.Option("--iterations", metavar="N", min=1, help="Training steps.", rich_help_panel=TRAINING)
]
StepSizeOption = Annotated[
    int, typer.Option("--batch-size", metavar="N", min=1, help="Frames a step.", rich_help_panel=TRAINING)
]
LearningRateOption = Annotated[
    float, typer.Option("--learning-rate", help="The highest one.", rich_help_panel=TRAINING)
]
ValidateOption = Annotated[
    list[Path] | None,
    typer.Option("--validate", help="Labelled frames to judge by; repeatable.", rich_help_panel=JUDGING),
]

WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", min=0, help="Processes that make samples.", rich_help_panel=RUNNING
    ),
]
SaveEveryOption = Annotated[
    int,
    typer.Option(
        "--save-every", metavar="N", min=1, help="Iterations between checkpoints.", rich_help_panel=RUNNING
    ),
]
AmpOption = Annotated[
    bool, typer.Option("--amp", help="Networks in bfloat16 where that is safe.", rich_help_panel=RUNNING)
]
ResumeOption = Annotated[
    bool,
    typer.Option("--resume", help="Go on from the checkpoint beside --out.", rich_help_panel=RUNNING),
]

SolverOption = Annotated[
    str,
    typer.Option(
        "--solver", help="turbo, exact, paper, random, none, fixed:LEVEL.", rich_help_panel=SCHEDULING
    ),
]
ExecutionOption = Annotated[
    Literal["staged", "per-level"],
    typer.Option(
        "--execution",
        metavar="HOW",
        help="staged: one pass; per-level: a batch a level.",
        rich_help_panel=SCHEDULING,
    ),
]
GainOption = Annotated[
    Literal["mean", "lower"],
    typer.Option(
        "--gain",
        metavar="HOW",
        help="mean, or lower: low end of the 95 % interval.",
        rich_help_panel=SCHEDULING,
    ),
]
OrderOption = Annotated[
    Literal["auto", "discriminate-first", "detect-first"],
    typer.Option(
        "--order",
        metavar="HOW",
        help="discriminate-first, detect-first, or auto.",
        rich_help_panel=SCHEDULING,
    ),
]
LevelsOption = Annotated[
    str,
    typer.Option(
        "--levels", help="enhancer, detectors:NAME,NAME or images:BASELINE,…", rich_help_panel=DETECTOR
    ),
]


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
