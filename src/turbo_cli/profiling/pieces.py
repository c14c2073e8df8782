"""A ladder taken apart into the pieces of `latency.csv`, each ready to run on a batch of real frames."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from turbo_cli.artifacts.latency import Piece
from turbo_cli.data import Dataset
from turbo_cli.data.selection import spread_frames
from turbo_cli.detectors.base import STAGES, Geometry, SplitDetector
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.enhancement.ladders import EnhancerLadder, WholeLadder
from turbo_cli.scheduling.latency import PIECES, WHOLE

Run = Callable[[], object]

Cut = Callable[[int, int], dict[Piece, Run]]
"""Every piece on a batch of some size, of the frames from some number on."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Frames as the detector takes them. images: (B, 3, H, W) on its device. geometry: of each."""

    images: Tensor
    geometry: Sequence[Geometry]

    def cut(self, size: int, first: int) -> "Batch":
        """`size` frames from number `first` on, beginning again at the first after the last."""
        rows = [(first + i) % len(self.images) for i in range(size)]
        return Batch(self.images[rows], [self.geometry[row] for row in rows])


def prepare_pieces(ladder: EnhancerLadder | WholeLadder, dataset: Dataset, frames: int) -> Cut:
    """The pieces of a ladder, on at most so many frames of the dataset.

    An enhancer's take images as the detector prepared them. Levels that are run whole take frames as they
    come: each prepares its own.
    """
    if isinstance(ladder, EnhancerLadder):
        batch = prepare_batch(ladder.enhancer.detector, dataset, frames)
        return lambda size, first: make_pieces(ladder.enhancer, batch.cut(size, first))
    chosen = spread_frames(dataset, frames)
    images = [chosen.frame(i) for i in range(len(chosen))]

    def cut(size: int, first: int) -> dict[Piece, Run]:
        taken = [images[(first + i) % len(images)] for i in range(size)]
        return {
            piece: partial(ladder.detect_at, level, taken)
            for level, piece in enumerate(WHOLE[: ladder.levels.count])
        }

    return cut


def prepare_batch(detector: SplitDetector, dataset: Dataset, frames: int) -> Batch:
    """At most so many frames, evenly spread over the dataset: what NMS costs depends on what they show."""
    chosen = spread_frames(dataset, frames)
    return Batch(*detector.prepare([chosen.frame(i) for i in range(len(chosen))]))


@torch.inference_mode()
def make_pieces(enhancer: Enhancer, batch: Batch) -> dict[Piece, Run]:
    """Every piece on this batch; what a piece takes from those before it is computed here, once.

    `layer-k` leaves by exit k, which in a batch of several levels only the frames of level k do. So the sum
    over layers is never less than what a plan costs. Run the pieces under `torch.inference_mode()`.
    """
    detector, images, geometry = enhancer.detector, batch.images, batch.geometry
    features = detector.encode(images)
    runs: dict[str, Run] = {
        "discriminator": partial(enhancer.predict_difficulties, images),
        "encode": partial(detector.encode, images),
        "head": partial(detector.detect, features, geometry),
    }
    maps, below = [images, *features], features[-1]
    for k in LEVELS:
        layer = partial(_run_layer, enhancer, k, below, maps[STAGES - k])
        runs[f"layer-{k}"] = layer
        below = layer()
    for level in (0, *LEVELS):
        levels = [level] * len(images)
        runs[f"level-{level}"] = partial(enhancer.run, images, levels, "per-level", geometry)
    return {piece: runs[piece] for piece in PIECES}


def _run_layer(enhancer: Enhancer, k: int, below: Tensor, skip: Tensor) -> Tensor:
    """Decoder layer k, its exit, and stage 6 − k on what leaves; the hidden map for layer k + 1."""
    decoder = enhancer.decoder
    hidden = decoder.hidden(k, decoder.start(below) if k == 1 else below, skip)
    enhancer.detector.stages[STAGES - k](decoder.enhance(k, hidden, skip))
    return hidden
