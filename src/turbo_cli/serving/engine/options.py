"""How the engine works, as plain values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from turbo_cli.enhancement.fusion import Fusion
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.gains import Statistic
from turbo_cli.serving.engine.plan_log import PlanFiles


@dataclass(frozen=True)
class EngineOptions:
    """window_ms: T, for how long frames are collected, and then how long they may take.

    frames_a_camera: that may wait for a window; a newer one then pushes out the oldest. order: `auto` is the
    one that the profile says gains more. gain: `lower` plans with the lower end of each gain's interval.
    corrects: predictions follow the clock. guards: levels that harm a camera are switched off for it.
    collect: a folder for frames of cameras on which D_f is wrong, of at most collect_bytes in all.
    plans: where the plans of all windows go.
    """

    window_ms: float = 200.0
    frames_a_camera: int = 4
    order: Literal["auto"] | Order = "auto"
    execution: Execution = "staged"
    fusion: Fusion = "none"
    solver: str = "turbo"
    gain: Statistic = "lower"
    corrects: bool = True
    guards: bool = True
    collect: Path | None = None
    collect_bytes: int = 1 << 30
    plans: PlanFiles | None = None


DEFAULTS = EngineOptions()
