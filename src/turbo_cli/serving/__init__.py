"""The service on the edge node: cameras in, results out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turbo_cli.serving.settings import Project

__all__ = ["serve"]


def serve(config: "Project", read_again: "Callable[[], Project] | None" = None) -> None:
    """Serve until SIGTERM or Ctrl-C; then answer what was asked, finish what was accepted, deliver records.

    read_again: reads the configuration anew at SIGHUP; its cameras replace those of before, and a camera
    whose settings did not change is not touched. Call it from the main thread. Raises `TurboError` for
    whatever stands in the way: a file, an address, a secret, a port.
    """
    from turbo_cli.serving.service import run  # not above: reading a project file must not import torch

    run(config, read_again or (lambda: config))
