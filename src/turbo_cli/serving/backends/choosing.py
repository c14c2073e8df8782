"""From a backend's name to an enhancer, or a detector alone, that runs on it."""

import functools
import importlib.util
import warnings
from collections.abc import Iterator
from typing import TypeVar

import torch
from torch import Tensor

from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement import Enhancer
from turbo_cli.errors import TurboError, TurboWarning, nearest
from turbo_cli.progress import Track, untracked
from turbo_cli.serving.backends.checking import check_equal, example_images, fastest
from turbo_cli.serving.backends.exporting import exportable_copy, exported
from turbo_cli.serving.backends.piece import Backend, Piece, find_pieces

BACKENDS = ("auto", "torch", "onnxruntime", "openvino", "openvino-gpu")

EXTRAS = {"onnxruntime": "onnx", "openvino": "openvino", "openvino-gpu": "openvino"}
"""Which extra of the package brings a backend."""

PACKAGES = {"onnx": ("onnx", "onnxruntime", "onnxscript"), "openvino": ("onnx", "onnxscript", "openvino")}
"""What an extra consists of."""

MEASURED = ("onnxruntime", "openvino")
"""What `auto` compares with torch."""

Model = TypeVar("Model", Enhancer, SplitDetector)


@torch.inference_mode()
def with_backend(model: Model, name: str, track: Track = untracked) -> Model:
    """`model` on a backend: a copy whose pieces are run by it; with `torch` the model itself.

    name: one of `BACKENDS`; `auto` measures those whose packages are installed and takes the fastest. For the
    first time pieces are exported, seconds each. Results are compared with torch's, and `auto` passes over a
    backend whose differ, with a `TurboWarning`.

    Raises `TurboError` for an unknown name, a package or device that is missing, a detector that is not on
    the CPU or whose input has no fixed size, and results that differ.
    """
    if name not in BACKENDS:
        raise TurboError(f"no backend {name!r}", nearest(name, BACKENDS))
    obstacle = _obstacle(_detector(model))
    if name == "torch" or (name == "auto" and obstacle):
        return model
    if obstacle:
        raise TurboError(f"backend {name}: {obstacle}", "use --backend torch")
    images: Tensor = example_images(_detector(model))
    if name != "auto":
        _require_packages(name)
        return _compile(model, name, images, track)
    models: list[Model] = [model]
    models += _alternatives(model, images, track)
    return models[fastest(models, images)]


def _alternatives(model: Model, images: Tensor, track: Track) -> Iterator[Model]:
    for name in MEASURED:
        if _missing(name):
            continue
        try:
            yield _compile(model, name, images, track)
        except TurboError as error:
            warnings.warn(f"passed over: {error.message}", TurboWarning, stacklevel=2)


def _compile(model: Model, name: str, images: Tensor, track: Track) -> Model:
    compile_model = _load(name)
    copied = exportable_copy(model)
    pieces = _pieces(copied, images)
    for piece in track(pieces, f"preparing {name}", len(pieces)):
        piece.replace(compile_model(exported(piece)))
    check_equal(name, _pieces(model, images), pieces)
    return copied


def _load(name: str) -> Backend:
    if name == "onnxruntime":
        from turbo_cli.serving.backends import onnx_runtime

        return onnx_runtime.compile_model
    from turbo_cli.serving.backends import open_vino

    device = "GPU" if name == "openvino-gpu" else "CPU"
    return functools.partial(open_vino.compile_model, device=device)


def _pieces(model: Enhancer | SplitDetector, images: Tensor) -> list[Piece]:
    return find_pieces(_detector(model), model.decoder if isinstance(model, Enhancer) else None, images)


def _detector(model: Enhancer | SplitDetector) -> SplitDetector:
    return model.detector if isinstance(model, Enhancer) else model


def _obstacle(detector: SplitDetector) -> str | None:
    """Why no backend but torch can run the detector."""
    device = next(iter(detector.state_dict().values())).device
    if device.type != "cpu":
        return f"takes frames from the CPU's memory, the detector is on {device}"
    return None if detector.fixed_size else f"{detector.name} takes frames of any size, one is needed"


def _missing(name: str) -> list[str]:
    return [package for package in PACKAGES[EXTRAS[name]] if importlib.util.find_spec(package) is None]


def _require_packages(name: str) -> None:
    missing = _missing(name)
    if missing:
        hint = f"pip install 'turbo-cli[{EXTRAS[name]}]'"
        raise TurboError(f"backend {name} needs the package {missing[0]}", hint)
