"""What stage two is told, and how it is written on the command line."""

from dataclasses import dataclass

from turbo_cli.data.degradation import DEGRADATIONS
from turbo_cli.detectors.base import STAGES
from turbo_cli.errors import TurboError, nearest
from turbo_cli.training.options import TrainingOptions


@dataclass(frozen=True)
class LossWeights:
    """How much each term of stage two counts.

    detection: the detector's own loss against labels (the paper's). distill: distance to what the detector
    predicts on the clean picture. features: distance to the maps that it predicts from there. adversarial:
    L_S1 of level 5's pictures (eq. 4).
    """

    detection: float = 1.0
    distill: float = 1.0
    features: float = 0.0
    adversarial: float = 0.0


@dataclass(frozen=True, kw_only=True)
class MultiexitTraining(TrainingOptions):
    """The options of `turbo train-multiexit`.

    levels: the exits to train. kinds: degradations put on the frames on the fly. crop: (width, height) of
    the samples in pixels of the detector's input; None for whole frames. eval_every: iterations between
    validations. patience: stop after so many of them without improvement; None: never.
    photographs_labelled: all objects of the photographs are labelled, so that `detection` counts them.
    """

    iterations: int = 3000
    batch_size: int = 8
    learning_rate: float = 1e-3
    weights: LossWeights = LossWeights()
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)
    kinds: tuple[str, ...] = ()
    crop: tuple[int, int] | None = None
    eval_every: int = 500
    patience: int | None = None
    photographs_labelled: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.levels or not set(self.levels) <= set(range(1, STAGES + 1)):
            raise TurboError(f"--levels {self.levels}: must be some of 1…{STAGES}")
        if self.weights.detection == self.weights.distill == self.weights.features == 0:
            raise TurboError(
                "--loss: detection, distill and features have weight 0", "give one of them a weight"
            )


def parse_losses(text: str) -> LossWeights:
    """`detection=0.4,distill` → weights; a name alone weighs 1, one that is not named 0.

    Raises `TurboError` for an unknown term or a weight that is no number from 0.
    """
    given = {}
    for part in text.split(","):
        name, _, weight = (piece.strip() for piece in part.partition("="))
        if name not in LossWeights.__dataclass_fields__:
            raise TurboError(f"--loss: no term {name!r}", nearest(name, LossWeights.__dataclass_fields__))
        try:
            given[name] = float(weight or 1)
        except ValueError:
            given[name] = -1.0
        if not 0 <= given[name] < float("inf"):
            raise TurboError(f"--loss: {part!r}: the weight is no number from 0")
    return LossWeights(**dict.fromkeys(LossWeights.__dataclass_fields__, 0.0) | given)


def parse_kinds(text: str) -> tuple[str, ...]:
    """`fog,rain` → those degradations; `all`; `none`. Raises `TurboError` for an unknown one."""
    if text in ("all", "none"):
        return tuple(DEGRADATIONS) if text == "all" else ()
    kinds = tuple(part.strip() for part in text.split(","))
    for kind in kinds:
        if kind not in DEGRADATIONS:
            raise TurboError(f"--degrade: no degradation {kind!r}", nearest(kind, DEGRADATIONS))
    return kinds


def parse_levels(text: str) -> tuple[int, ...]:
    """`1,3,5` → levels in order. Raises `TurboError` for what is no number."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise TurboError(f"--levels {text!r}: not numbers like 1,3,5")
    return tuple(sorted({int(part) for part in parts}))
