"""Darknet's `.weights`: a small header, then the float32 numbers of each convolution in order."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from turbo_cli.detectors.darknet.layers import Convolution, Layer
from turbo_cli.errors import TurboError

# Darknet's own. The 1e-5 that other libraries use moves boxes by a sixth of a pixel.
BATCH_NORM_EPS = 1e-6

Floats = NDArray[np.float32]


def load_weights(path: Path, layers: Sequence[Layer]) -> None:
    """Fill the convolutions among `layers` from the file, batch norms folded in.

    Raises `TurboError` if the file cannot be read, holds fewer or more numbers than the layers take, or
    one that is not finite.
    """
    convolutions = [layer.module for layer in layers if isinstance(layer.module, Convolution)]
    numbers = _read_numbers(path)
    needed = sum(_count(convolution) for convolution in convolutions)
    if len(numbers) != needed:
        message = f"{path}: holds {len(numbers):,} weights, the network of the cfg takes {needed:,}"
        raise TurboError(message, "these weights belong to another cfg, or the file is cut short")
    if not np.isfinite(numbers).all():
        raise TurboError(f"{path}: weight {int(np.argmin(np.isfinite(numbers))):,} is not a finite number")
    start = 0
    for convolution in convolutions:
        count = _count(convolution)
        _fill(convolution, numbers[start : start + count])
        start += count


def _read_numbers(path: Path) -> Floats:
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if len(head) < 12:
                raise TurboError(f"{path}: {len(head)} bytes: not a darknet weights file")
            major, minor, _revision = np.frombuffer(head, "<i4").tolist()
            # Then the images seen: int64, int32 before version 0.2.
            file.seek(12 + (8 if major * 10 + minor >= 2 else 4))
            data = file.read()
    except OSError as error:
        raise TurboError(f"{path}: cannot read: {error.strerror}") from error
    if len(data) % 4:
        raise TurboError(f"{path}: ends in the middle of a weight, after {len(data) // 4:,}")
    return np.frombuffer(data, "<f4")


def _count(convolution: Convolution) -> int:
    conv = convolution.conv
    return conv.weight.numel() + conv.out_channels * (4 if convolution.batch_normalize else 1)


def _fill(convolution: Convolution, numbers: Floats) -> None:
    """Bias; with batch norm then scale, mean and variance; then the kernel."""
    conv = convolution.conv
    per_filter = 4 if convolution.batch_normalize else 1
    split = per_filter * conv.out_channels
    rows = numbers[:split].reshape(per_filter, conv.out_channels).astype(np.float64)
    kernel, bias = numbers[split:].astype(np.float64).reshape(conv.weight.shape), rows[0]
    if convolution.batch_normalize:
        _, scale, mean, variance = rows
        factor = scale / np.sqrt(variance + BATCH_NORM_EPS)
        kernel, bias = kernel * factor[:, None, None, None], bias - mean * factor
    conv.weight = nn.Parameter(torch.from_numpy(kernel.astype(np.float32)))
    conv.bias = nn.Parameter(torch.from_numpy(bias.astype(np.float32)))
