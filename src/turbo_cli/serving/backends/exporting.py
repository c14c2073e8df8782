"""Pieces as ONNX models, kept in Turbo's cache folder."""

import contextlib
import copy
import hashlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from turbo_cli import __version__
from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.detectors.base import hash_state
from turbo_cli.detectors.store import cache_folder
from turbo_cli.enhancement.decoder import Entry
from turbo_cli.errors import TurboError
from turbo_cli.serving.backends.piece import Piece, input_name

Network = TypeVar("Network", bound=nn.Module)


class MatrixEntry(Entry):
    """An `Entry` as a matrix product: ONNX has no convolution with as many groups as the batch has frames."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.both.in_channels // 2, entry.both.out_channels, entry.step)
        self.load_state_dict(entry.state_dict())

    def forward(self, skip: Tensor) -> Tensor:
        """(B, C, H, W) → (B, width, H / step, W / step)."""
        weights, biases = self.folded(skip)
        cells = F.pixel_unshuffle(skip, self.step) if self.step > 1 else skip
        mixed = weights.flatten(2) @ cells.flatten(2) + biases[:, :, None]
        maps: Tensor = mixed.unflatten(2, cells.shape[-2:])
        return maps


def exportable_copy(network: Network) -> Network:
    """A copy of the same numbers, but for rounding, that can be exported for batches of any size."""
    copied = copy.deepcopy(network)
    for module in list(copied.modules()):
        for name, child in module.named_children():
            if isinstance(child, Entry):
                setattr(module, name, MatrixEntry(child).requires_grad_(False).eval())
    return copied


def models_folder() -> Path:
    """Where exported models are kept."""
    return cache_folder() / "onnx"


def exported(piece: Piece) -> bytes:
    """The ONNX model of an exportable piece: from the cache, or made and put there.

    A cached model begins with its SHA-256; a damaged one is made anew. Raises `TurboError` for a piece that
    ONNX cannot express, and where the cache folder cannot be written.
    """
    path = models_folder() / f"{_key(piece)}.model"
    cached = path.read_bytes() if path.is_file() else b""
    if cached[:32] == hashlib.sha256(cached[32:]).digest():
        return cached[32:]
    model = _export(piece)
    with replacing_file(path) as temporary:
        temporary.write_bytes(hashlib.sha256(model).digest() + model)
    return model


def _key(piece: Piece) -> str:
    """The hash of all that the model depends on: weights, structure, sizes, and who wrote it."""
    shapes = [tuple(tensor.shape[1:]) for tensor in piece.inputs]
    parts = (hash_state(piece.owner), piece.owner, piece.method, shapes, __version__, torch.__version__)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _export(piece: Piece) -> bytes:
    # Two frames: of a batch of one the exporter would take the size for fixed.
    inputs = tuple(torch.cat([tensor[:1], tensor[:1]]).clone() for tensor in piece.inputs)
    batch = {0: torch.export.Dim.DYNAMIC}
    try:
        with _quiet():
            program = torch.onnx.export(
                _Method(piece),
                inputs,
                input_names=[input_name(index) for index in range(len(inputs))],
                dynamic_shapes={"tensors": tuple(batch for _ in inputs)},
                dynamo=True,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        reason = str(error).strip().splitlines()[0]
        raise TurboError(f"{piece.name} cannot be exported: {reason}", "use --backend torch") from error
    assert program is not None
    return bytes(program.model_proto.SerializeToString())


class _Method(nn.Module):
    def __init__(self, piece: Piece) -> None:
        super().__init__()
        self.owner = piece.owner
        self.method = piece.method

    def forward(self, *tensors: Tensor) -> Tensor | list[Tensor]:
        found: Tensor | list[Tensor] = getattr(self.owner, self.method)(*tensors)
        return found


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints its steps, and torch and onnxscript warn of each other."""
    logger = logging.getLogger("onnxscript")
    level = logger.level
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)
