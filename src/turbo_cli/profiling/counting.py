"""The floating-point operations and bytes of a run, operation by operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from turbo_cli.profiling.pieces import Run


@dataclass(frozen=True)
class Operation:
    """One kernel on one frame: 2 flops a multiply-add, bytes of maps read and written, and of parameters."""

    flops: int
    map_bytes: int
    parameter_bytes: int


@dataclass(frozen=True)
class Work:
    """What a piece does. operations: on one frame. launches_per_frame: by which a second frame adds to them.

    Most operations run once for a whole batch; choosing boxes runs frame by frame.
    """

    operations: tuple[Operation, ...]
    launches_per_frame: int


def count_work(on_one_frame: Run, on_two_frames: Run) -> Work:
    """Run a piece on a batch of one and on a batch of two, and count."""
    one, two = _count(on_one_frame), _count(on_two_frames)
    return Work(tuple(one), max(len(two) - len(one), 0))


def _count(run: Run) -> list[Operation]:
    counter = _Counter()
    with torch.inference_mode(), counter:
        run()
    return counter.operations


class _Counter(TorchDispatchMode):
    """Sees every operation below autograd."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Operation] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        flops_of = flop_registry.get(func._overloadpacket)
        if flops_of is None:
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        result = func(*args, **kwargs)
        if not _is_view(func):
            flops = flops_of(*args, **kwargs, out_val=result) if flops_of else 0
            self._note(flops, tree_leaves((args, kwargs)), tree_leaves(result))
        return result

    def _note(self, flops: int, inputs: Sequence[Any], results: Sequence[Any]) -> None:
        made = [one for one in results if isinstance(one, Tensor)]
        read = [one for one in inputs if isinstance(one, Tensor)]
        parameters = [one for one in read if isinstance(one, nn.Parameter)]
        maps = [one for one in read if not isinstance(one, nn.Parameter)]
        if made:
            self.operations.append(Operation(flops, _bytes([*maps, *made]), _bytes(parameters)))


def _is_view(func: Any) -> bool:
    """Whether it only looks at its input otherwise, and so costs nothing on the device."""
    aliases = [each.alias_info for each in func._schema.returns]
    return any(alias is not None and not alias.is_write for alias in aliases)


def _bytes(tensors: Sequence[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
