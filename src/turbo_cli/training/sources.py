"""What stage two, and a detector that is fine-tuned beside it, learn from."""

from collections.abc import Sequence

from turbo_cli.data import Dataset
from turbo_cli.data.remembering import remember
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.training.augmentation import TrainingSamples
from turbo_cli.training.mosaics import Mosaics
from turbo_cli.training.pairs import DegradedPairs, Mixture
from turbo_cli.training.samples import Samples, sample_size

PHOTOGRAPH_SHARE = 0.5
"""Share of the samples that are mosaics of photographs, where there are any."""


def make_pairs(
    detector: SplitDetector,
    frames: Dataset,
    samples: int,
    seed: int,
    kinds: Sequence[str],
    crop: tuple[int, int] | None = None,
    photographs: Dataset | None = None,
    photographs_labelled: bool = False,
) -> DegradedPairs:
    """A run of `samples` pairs, cut so that objects keep the size that they have in the detector's input.

    Raises `TurboError` for a crop that the detector cannot take.
    """
    size, share = sample_size(detector, crop)
    scale = (min(0.8, 0.6 * share), min(1.0, 1.6 * share))
    sources: list[Samples] = [TrainingSamples(remember(frames), size, seed, samples, scale)]
    shares = [1.0]
    if photographs is not None:
        sources.append(Mosaics(photographs, size, seed, samples, photographs_labelled))
        shares = [1 - PHOTOGRAPH_SHARE, PHOTOGRAPH_SHARE]
    return DegradedPairs(Mixture(sources, shares, seed), kinds, seed)
