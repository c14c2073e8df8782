"""The interface: named pieces of detector and decoder, and what runs one in place of torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from turbo_cli.detectors.base import STAGES, SplitDetector
from turbo_cli.enhancement.decoder import Decoder, unshuffled

Run = Callable[..., Sequence[Tensor]]
"""Tensors in, tensors out; the first dimension of each is the batch, of any size from 1."""


class Backend(Protocol):
    """Makes what runs an ONNX model on float32 tensors in the CPU's memory."""

    def __call__(self, model: bytes) -> Run: ...


def input_name(index: int) -> str:
    """What a model calls its input of that place among the tensors of `Run`."""
    return f"tensors_{index}"


@dataclass(frozen=True, eq=False)
class Piece:
    """A method of a network that maps tensors to a tensor, or to several.

    inputs: what reaches it when the frames at hand run through all pieces.
    """

    name: str
    owner: nn.Module
    method: str
    inputs: tuple[Tensor, ...]

    def run(self) -> list[Tensor]:
        """What the method, as it stands, makes of `inputs`."""
        found = getattr(self.owner, self.method)(*self.inputs)
        return [found] if isinstance(found, Tensor) else list(found)

    def replace(self, run: Run) -> None:
        """Let the method be done by `run`; by torch still where there is no frame at all."""
        by_torch: Callable[..., Tensor | list[Tensor]] = getattr(self.owner, self.method)
        one = isinstance(by_torch(*self.inputs), Tensor)

        def replacement(*tensors: Tensor) -> Tensor | list[Tensor]:
            if len(tensors[0]) == 0:
                return by_torch(*tensors)
            found = run(*tensors)
            return found[0] if one else list(found)

        setattr(self.owner, self.method, replacement)


def find_pieces(detector: SplitDetector, decoder: Decoder | None, images: Tensor) -> list[Piece]:
    """Stages 1…5, the head up to its maps, and each decoder layer with its exit.

    The encoder is stages 1…5 one after the other. A head without a method `maps` is no piece, and stays in
    torch, as decoding boxes and suppressing duplicates do in any.
    """
    pieces, maps = [], [images]
    for number, stage in enumerate(detector.stages, 1):
        pieces.append(Piece(f"stage-{number}", stage, "forward", (maps[-1],)))
        maps.append(stage(maps[-1]))
    head = getattr(detector, "head", None)
    if isinstance(head, nn.Module) and hasattr(head, "maps"):
        pieces.append(Piece("head", head, "maps", tuple(maps[1:])))
    return pieces + (_decoder_pieces(decoder, maps) if decoder else [])


def _decoder_pieces(decoder: Decoder, maps: Sequence[Tensor]) -> list[Piece]:
    pieces = [Piece("start", decoder.deepest, "forward", (maps[-1],))]
    below = decoder.start(maps[-1])
    for number in range(1, STAGES + 1):
        layer, skip = decoder.layer(number), maps[STAGES - number]
        if number == STAGES:
            skip = unshuffled(skip)
        pieces.append(Piece(f"layer-{number}", layer, "forward", (below, skip)))
        below = layer(below, skip)
        pieces.append(Piece(f"exit-{number}", layer, "add", (below, skip)))
    return pieces
