"""Which frames of the cameras reach the detector: Glimpse, Vigil, NoScope, or all of them."""

from collections.abc import Callable

from turbo_cli.errors import TurboError, nearest
from turbo_cli.pipelines.base import CameraFrame, Decision, Pipeline
from turbo_cli.pipelines.everything import Everything
from turbo_cli.pipelines.glimpse import Glimpse
from turbo_cli.pipelines.noscope import NoScope
from turbo_cli.pipelines.vigil import Vigil

__all__ = ["PIPELINES", "CameraFrame", "Decision", "Pipeline", "make_pipeline"]

PIPELINES: dict[str, Callable[[], Pipeline]] = {
    "all": Everything,
    "glimpse": Glimpse,
    "vigil": Vigil,
    "noscope": NoScope,
}


def make_pipeline(name: str) -> Pipeline:
    """A new pipeline that has seen no camera yet. Raises `TurboError` for an unknown name."""
    if name not in PIPELINES:
        raise TurboError(f"no pipeline {name!r}", nearest(name, PIPELINES))
    return PIPELINES[name]()
