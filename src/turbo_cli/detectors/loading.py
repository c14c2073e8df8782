"""From a detector's name to the detector."""

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from turbo_cli.detectors.base import SplitDetector, freeze
from turbo_cli.detectors.catalogue import family_module
from turbo_cli.detectors.store import check_readable, require_weights
from turbo_cli.errors import TurboError, nearest

DEVICES = ("cpu", "cuda", "mps")


def load_detector(
    name: str,
    weights: str | Path | None = None,
    device: str = "cpu",
    size: tuple[int, int] | None = None,
) -> SplitDetector:
    """Build a frozen detector by name, or by `package.module:factory` for a plug-in.

    weights: a file; else the one in the cache (`turbo weights`). size: (width, height) of the input, where
    the family takes another than its own. A plug-in's module may lie in the current folder; its factory is
    called as `factory(weights=Path or None, device=str, size=(width, height) or None)`. Raises `TurboError`
    for an unknown name, weights that are missing or belong to another architecture, or an absent device.
    """
    target = find_device(device)
    path = None if weights is None else Path(weights)
    if path is not None:
        check_readable(path)
    if ":" in name:
        return _build_plugin(name, path, device, size).to(target)
    file = path or require_weights(name)
    detector: SplitDetector = family_module(name).build(name, file, size)
    return detector.to(target)


def find_device(device: str) -> torch.device:
    """The device of that name. Raises `TurboError` if it is no device's name, or absent."""
    try:
        found = torch.device(device)
    except RuntimeError:
        found = None
    if found is None or found.type not in DEVICES:
        raise TurboError(f"unknown device {device!r}", "use cpu, cuda, cuda:NUMBER or mps")
    if found.type == "cuda" and not torch.cuda.is_available():
        raise TurboError(f"device {device}: torch finds no CUDA here", "use cpu; `turbo doctor` says more")
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        raise TurboError(f"device {device}: there are only {torch.cuda.device_count()} CUDA devices")
    if found.type == "mps" and not torch.backends.mps.is_available():
        raise TurboError(f"device {device}: torch finds no MPS here", "use cpu; `turbo doctor` says more")
    return found


def _build_plugin(
    name: str, weights: Path | None, device: str, size: tuple[int, int] | None
) -> SplitDetector:
    with current_folder_importable():
        factory = find_factory(name)
        detector = factory(weights=weights, device=device, size=size)
    if not isinstance(detector, SplitDetector):
        raise TurboError(
            f"plug-in {name}: returned a {type(detector).__name__}, not a SplitDetector",
            "see examples/custom_detector.py",
        )
    return freeze(detector)


def find_factory(name: str) -> Callable[..., Any]:
    """The function that `package.module:function` names. Raises `TurboError` if there is none."""
    module_name, _, factory_name = name.partition(":")
    if not all(part.isidentifier() for part in [*module_name.split("."), factory_name]):
        raise TurboError(f"plug-in {name!r}: not of the form package.module:factory")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # the module is there, but something that it imports is not
        raise TurboError(
            f"plug-in {name}: no module {error.name!r}", "install it, or run in the folder where it lies"
        ) from error
    factory: Callable[..., Any] | None = getattr(module, factory_name, None)
    if not callable(factory):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        hint = nearest(factory_name, known) if known else "it defines none"
        raise TurboError(f"plug-in {name}: {module_name} has no function {factory_name!r}", hint)
    return factory


@contextlib.contextmanager
def current_folder_importable() -> Iterator[None]:
    """Inside, modules in the current folder can be imported, as a plug-in's may be."""
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
