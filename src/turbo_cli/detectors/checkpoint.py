"""Weight files of other projects: PyTorch state dicts and safetensors, read without unpickling code."""

import pickle
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from turbo_cli.detectors.store import check_readable
from turbo_cli.errors import TurboError

SUFFIXES = (".pth", ".pt", ".safetensors")

# A damaged pickle can fail in as many ways as its reader has instructions.
_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    SafetensorError,
    pickle.UnpicklingError,
    struct.error,
)


def load_checkpoint(module: nn.Module, path: Path) -> None:
    """Fill every parameter and buffer of `module` from a state dict on disk.

    Raises `TurboError` for a file that cannot be read, is damaged, holds anything but tensors, or
    belongs to another architecture (then `module` may be half filled); the first keys that differ are
    named.
    """
    state = read_state(path)
    own = module.state_dict()
    wrong_shape = [
        f"{key} has shape {tuple(state[key].shape)} instead of {tuple(tensor.shape)}"
        for key, tensor in own.items()
        if key in state and state[key].shape != tensor.shape
    ]
    if wrong_shape:
        raise _another_architecture(path, wrong_shape)
    # The modules themselves know which old names and absent counters are harmless.
    result = module.load_state_dict(state, strict=False)
    differences = [f"{key} is missing" for key in result.missing_keys]
    differences += [f"{key} is unknown" for key in result.unexpected_keys]
    if differences:
        raise _another_architecture(path, differences)


def read_state(path: Path) -> Mapping[str, Tensor]:
    """A state dict from a `.pth`, `.pt` or `.safetensors` file, on the CPU. Raises `TurboError`."""
    if path.suffix not in SUFFIXES:
        raise TurboError(f"{path}: unknown kind of weights file", f"expected {', '.join(SUFFIXES)}")
    check_readable(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings():
            # Damage may look like another pickle protocol; what matters is what can be read.
            warnings.simplefilter("ignore", UserWarning)
            state = torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGE as error:
        reason = str(error).strip().split("\n")[0][:120] or type(error).__name__
        raise TurboError(
            f"{path}: damaged, or not a file of weights only: {reason}", "get the file again"
        ) from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise TurboError(f"{path}: holds no state dict (name → tensor)", "save `model.state_dict()` alone")
    return state


def _another_architecture(path: Path, differences: list[str]) -> TurboError:
    shown = "; ".join(differences[:3])
    rest = f"; and {len(differences) - 3} more" if len(differences) > 3 else ""
    return TurboError(f"{path}: weights of another architecture: {shown}{rest}")
