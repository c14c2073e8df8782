"""What every training run is told."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from turbo_cli.errors import TurboError

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options shared by all trainings.

    out: the file to write; the checkpoint lies beside it. save_every: iterations between checkpoints;
    report_every: between lines with the losses. workers: processes that make samples; 0 makes them in this
    one. device: "cpu", "cuda", "mps". amp: run the networks in bfloat16 where that is safe. resume: go on
    from the checkpoint.
    """

    out: Path
    iterations: int
    batch_size: int
    learning_rate: float
    seed: int = 0
    save_every: int = 200
    report_every: int = 50
    workers: int = 1
    device: str = "cpu"
    amp: bool = False
    resume: bool = False

    FREE: ClassVar[frozenset[str]] = frozenset(
        {"out", "save_every", "report_every", "workers", "device", "resume"}
    )
    """Options that do not decide the weights, and so may change when a run is resumed."""

    def __post_init__(self) -> None:
        for name in ("iterations", "batch_size", "save_every", "report_every"):
            if getattr(self, name) < 1:
                raise TurboError(f"--{name.replace('_', '-')} must be at least 1, got {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise TurboError(f"--learning-rate must be above 0, got {self.learning_rate}")

    @property
    def checkpoint(self) -> Path:
        """Where the state of the run is kept until the weights are written."""
        return self.out.with_name(f"{self.out.name}.checkpoint")

    def autocast(self) -> torch.autocast:
        """The context in which losses are computed; bfloat16 keeps float32's range, so none is scaled."""
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.amp)

    @property
    def settings(self) -> dict[str, Any]:
        """What decides the weights, in terms of JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in values.items() if name not in self.FREE}


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def say_terms(terms: dict[str, Tensor]) -> str:
    """The loss terms in one line."""
    return ", ".join(f"{name} {term.item():.4f}" for name, term in terms.items())
