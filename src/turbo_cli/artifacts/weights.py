"""The container of all weights: safetensors with one metadata key that holds one JSON string.

The header of a safetensors file maps strings to strings in no fixed order; one key keeps the bytes the same
for the same content. A hash of the tensors and one of the metadata find any damage that safetensors cannot.
"""

import hashlib
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

import safetensors
import safetensors.torch
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from turbo_cli.artifacts import metadata
from turbo_cli.artifacts.atomic import replacing_file
from turbo_cli.artifacts.metadata import Kind, Provenance, Sha256, Strict
from turbo_cli.artifacts.reading import parse_json, read_bytes, refuse
from turbo_cli.errors import TurboError

METADATA_KEY = "turbo"

State = dict[str, Tensor]
"""A module's state dict."""


class TensorDetails(Strict):
    """What every metadata block of weights holds. tensors_sha256: `hash_tensors` of all of them."""

    tensors_sha256: Sha256


Value = TypeVar("Value")


class WeightsFormat(Generic[Value]):
    """One kind of weights file, read into and written from a frozen dataclass.

    value_type: its fields are `provenance`, one state dict for each of `parts`, and those of `details_type`.
    """

    def __init__(
        self,
        kind: Kind,
        value_type: Callable[..., Value],
        parts: tuple[str, ...],
        details_type: type[TensorDetails],
    ) -> None:
        self.kind = kind
        self._value_type = value_type
        self._parts = parts
        self._details_type = details_type
        self._detail_names = sorted(details_type.model_fields.keys() - TensorDetails.model_fields.keys())

    def read(
        self, path: Path, detector: str | None = None, detector_weights_hash: str | None = None
    ) -> Value:
        """Read and check the file; tensors come onto the CPU.

        detector, detector_weights_hash: refuse a file that was made for another (None: any will do).
        Raises `TurboError` naming file and key for a file that is damaged, of another kind or newer, belongs
        to another detector, or holds NaN or infinity.
        """
        data = read_bytes(path, self.kind.made_by)
        content = parse_json(f"{path}: key {METADATA_KEY}", self._metadata_text(path, data))
        block = metadata.decode(path, content, self.kind, self._details_type)
        block.provenance.require(path, detector, detector_weights_hash)
        try:
            tensors = safetensors.torch.load(data)
        except (safetensors.SafetensorError, ValueError, RuntimeError, KeyError) as error:
            raise self._damaged(path, str(error)) from error
        if not block.intact or hash_tensors(tensors) != block.details.tensors_sha256:
            raise self._damaged(path, "its hash differs from what was written")
        _require_finite(path, tensors)
        details = {name: getattr(block.details, name) for name in self._detail_names}
        return self._value_type(provenance=block.provenance, **self._split(path, tensors), **details)

    def write(self, path: Path, value: Value) -> None:
        """Write the file atomically; the same value gives the same bytes.

        Raises `TurboError` naming file and key for NaN, infinity or a value that reading would refuse.
        """
        tensors = self._joined(value)
        _require_finite(path, tensors)
        details = {name: getattr(value, name) for name in self._detail_names}
        try:
            block = self._details_type(tensors_sha256=hash_tensors(tensors), **details)
        except ValidationError as error:
            refuse(str(path), error, self.kind.made_by)
        text = metadata.encode(self.kind, _provenance(value), block)
        with replacing_file(path) as temporary:
            temporary.write_bytes(safetensors.torch.save(tensors, {METADATA_KEY: text}))

    def _joined(self, value: Value) -> State:
        states: dict[str, State] = {part: getattr(value, part) for part in self._parts}
        # Own contiguous copies on the CPU: safetensors refuses views and shared memory.
        return {
            f"{part}.{name}": tensor.detach().cpu().contiguous().clone()
            for part, state in states.items()
            for name, tensor in state.items()
        }

    def _split(self, path: Path, tensors: State) -> dict[str, State]:
        split: dict[str, State] = {part: {} for part in self._parts}
        for key, tensor in tensors.items():
            part, _, name = key.partition(".")
            if part not in split:
                raise TurboError(f"{path}: key {key}: unknown in a {self.kind.name}")
            split[part][name] = tensor
        return split

    def _metadata_text(self, path: Path, data: bytes) -> str:
        """The one JSON string in the safetensors header: 8 bytes of length, then JSON."""
        length = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else len(data)
        if length > len(data) - 8:
            raise self._damaged(path, "it is cut off in its header, or is no safetensors file")
        header = parse_json(f"{path}: header", data[8 : 8 + length])
        own = header.get("__metadata__") if isinstance(header, dict) else None
        if not isinstance(own, dict) or not isinstance(own.get(METADATA_KEY), str):
            raise TurboError(
                f"{path}: key {METADATA_KEY}: missing, so turbo did not write it",
                f"`{self.kind.made_by}` makes one",
            )
        return str(own[METADATA_KEY])

    def _damaged(self, path: Path, reason: str) -> TurboError:
        hint = f"copy it again, or `{self.kind.made_by}` makes it anew"
        return TurboError(f"{path}: is damaged: {reason}", hint)


def hash_tensors(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 (64 hex digits) of every tensor in order of name: name, type, shape and bytes."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def load_state(module: nn.Module, state: State, path: Path, part: str) -> None:
    """Load a state dict that came from `path` into a module.

    Raises `TurboError` naming the first tensor that is missing, unknown or of another shape.
    """
    own = module.state_dict()
    for name, tensor in own.items():
        if name not in state:
            raise TurboError(f"{path}: key {part}.{name}: missing: the file is of another architecture")
        if state[name].shape != tensor.shape:
            raise TurboError(
                f"{path}: key {part}.{name}: shape {tuple(state[name].shape)}, needed {tuple(tensor.shape)}:"
                " the file is of another architecture"
            )
    for name in state:
        if name not in own:
            raise TurboError(f"{path}: key {part}.{name}: unknown: the file is of another architecture")
    module.load_state_dict(state)


def _require_finite(path: Path, tensors: State) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise TurboError(f"{path}: key {name}: holds NaN or infinity", "train it anew: it has diverged")


def _provenance(value: object) -> Provenance:
    provenance: Provenance = value.provenance  # type: ignore[attr-defined]
    return provenance
