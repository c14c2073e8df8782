"""Pairs of a clean picture and the same picture degraded, for learning what the detector would have seen."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Subset
from torch.utils.data import Dataset as TorchDataset

from turbo_cli.boxes import Targets
from turbo_cli.data.dataset import FrameInfo
from turbo_cli.data.degradation import DEGRADATIONS
from turbo_cli.training.samples import Sample, Samples, Traceable

CLEAR_SHARE = 0.3
"""Share of the pairs that stay as they are: there the enhancer must learn to leave frames alone."""

SECOND_KIND_SHARE = 0.25
SEVERITIES = (0.2, 1.0)

Pair = tuple[Tensor, Tensor, Targets]


@dataclass(frozen=True, eq=False)
class Pairs:
    """A batch. clean, degraded: (B, 3, height, width) float32 in [0, 1]; targets: in the same pixels."""

    clean: Tensor
    degraded: Tensor
    targets: list[Targets]

    def first(self, count: int) -> "Pairs":
        """The batch's first pairs."""
        return Pairs(self.clean[:count], self.degraded[:count], self.targets[:count])


class Mixture(Samples):
    """Sample p of one source or another, drawn by weight; depends on seed and p alone."""

    def __init__(self, sources: Sequence[Samples], weights: Sequence[float], seed: int) -> None:
        self.sources = list(sources)
        self.shares = np.asarray(weights, np.float64) / np.sum(weights)
        self.seed = seed

    def __getitem__(self, position: int) -> Sample:
        return self._source(position)[position]

    def frames(self, position: int) -> list[FrameInfo]:
        return self._source(position).frames(position)

    def _source(self, position: int) -> Samples:
        random = np.random.default_rng((self.seed, position, 2))
        return self.sources[random.choice(len(self.sources), p=self.shares)]


class DegradedPairs(TorchDataset[Pair], Traceable):
    """Sample p of `samples`, clean and degraded by one or two kinds; depends on seed and p alone."""

    def __init__(self, samples: Samples, kinds: Sequence[str], seed: int) -> None:
        self.samples = samples
        self.kinds = tuple(kinds)
        self.seed = seed

    def __getitem__(self, position: int) -> Pair:
        clean, targets = self.samples[position]
        random = np.random.default_rng((self.seed, position, 1))
        if not self.kinds or random.random() < CLEAR_SHARE:
            return clean, clean, targets
        frame = clean.permute(1, 2, 0).numpy()
        for kind in random.choice(self.kinds, 1 + int(random.random() < SECOND_KIND_SHARE)):
            frame = DEGRADATIONS[str(kind)](frame, random, float(random.uniform(*SEVERITIES)))
        return clean, torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1), targets

    def frames(self, position: int) -> list[FrameInfo]:
        return self.samples.frames(position)


def batches(
    pairs: TorchDataset[Pair], first: int, last: int, batch_size: int, workers: int, device: str
) -> Iterator[Pairs]:
    """The batches `first` … `last` − 1 of an endless run of pairs, whatever the number of workers."""
    positions = range(first * batch_size, last * batch_size)
    for clean, degraded, targets in _loader(Subset(pairs, positions), batch_size, workers, _collate):
        yield Pairs(clean.to(device).float() / 255, degraded.to(device).float() / 255, targets)


def image_batches(
    samples: TorchDataset[Sample], first: int, last: int, batch_size: int, workers: int, device: str
) -> Iterator[Tensor]:
    """As `batches`, of pictures alone: (B, 3, height, width) float32 in [0, 1]."""
    positions = range(first * batch_size, last * batch_size)
    for images in _loader(Subset(samples, positions), batch_size, workers, _stack):
        yield images.to(device).float() / 255


def _loader(samples: Subset[Any], size: int, workers: int, collate: Callable[..., Any]) -> DataLoader[Any]:
    return DataLoader(samples, size, num_workers=workers, collate_fn=collate, worker_init_fn=_leave_quietly)


def _leave_quietly(worker: int) -> None:
    """Say nothing of a batch that nobody fetches any more.

    Where Ctrl-C breaks the main process off while it fetches one, the thread that hands it over
    (multiprocessing's resource sharer) shows a traceback. What goes wrong in making a batch is raised in the
    main process, whatever the hook.
    """
    usual = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, EOFError | ConnectionError):
            usual(kind, error, trace)

    sys.excepthook = hook


def _stack(samples: Sequence[Sample]) -> Tensor:
    return torch.stack([image for image, _ in samples])


def _collate(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, list[Targets]]:
    clean, degraded, targets = zip(*pairs, strict=True)
    return torch.stack(clean), torch.stack(degraded), list(targets)
