"""Running a plan: every layer and every stage once, on the batch of all frames that need it."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from turbo_cli.detectors.base import STAGES, SplitDetector
from turbo_cli.enhancement.decoder import Decoder


class OutOfTimeError(Exception):
    """The clock ran out between two pieces of work; nothing of the batch's enhancement is to be used."""


def check_nothing() -> None:
    """The check between pieces of work where no deadline is kept."""


def enhance_sorted(
    detector: SplitDetector,
    decoder: Decoder,
    images: Tensor,
    features: Sequence[Tensor],
    levels: Sequence[int],
    check: Callable[[], None] = check_nothing,
) -> list[Tensor]:
    """Enhance a batch whose levels fall (`staged`): C1…C5 for the head, with the enhanced rows replaced.

    Of maps that no head reads (shallower than `detector.first_read`) the rows stay as they were: they are the
    largest, and would be copied for nothing.

    images: (m, 3, H, W); features: C1…C5 of those images; levels: m numbers 0…5, highest first, so that
    the N_k frames of level ≥ k are the first N_k rows. Decoder layer k runs once on N_k rows, then stage
    6−k once on N_k rows. `check` is called before each piece and may raise `OutOfTimeError`.
    """
    counts = [sum(level >= k for level in levels) for k in range(STAGES + 2)]
    exits = _decode(decoder, [images, *features], counts, check)
    enhanced = list(features)
    above = images[:0]
    for k in reversed(exits):
        check()
        entering = _together(above, exits[k])
        if detector.first_read <= STAGES - k:
            enhanced[STAGES - k - 1] = _first_rows(entering, features[STAGES - k - 1])
        above = detector.stages[STAGES - k](entering)
    enhanced[-1] = _first_rows(above, features[-1]) if len(above) else features[-1]
    return enhanced


def _decode(
    decoder: Decoder, maps: Sequence[Tensor], counts: Sequence[int], check: Callable[[], None]
) -> dict[int, Tensor]:
    """The enhanced skips of the frames that leave at each level k, up to the highest level in use.

    maps: the image and C1…C5. A level that only passes frames on has an exit of 0 rows.
    """
    exits: dict[int, Tensor] = {}
    if counts[1] == 0:
        return exits
    below = decoder.start(maps[-1][: counts[1]])
    for k in range(1, STAGES + 1):
        if counts[k] == 0:
            break
        check()
        skip = maps[STAGES - k][: counts[k]]
        below = decoder.hidden(k, below[: counts[k]], skip)
        leaving = slice(counts[k + 1], counts[k])
        leave = counts[k] > counts[k + 1]
        exits[k] = decoder.enhance(k, below[leaving], skip[leaving]) if leave else skip[:0]
    return exits


def enhanced_levels(
    detector: SplitDetector,
    decoder: Decoder,
    images: Tensor,
    features: Sequence[Tensor],
    levels: Sequence[int],
) -> dict[int, list[Tensor]]:
    """C1…C5 of the same batch at each of several levels 1…5, for training: decoder layers run once.

    Nothing is written in place, so gradient flows from every level's maps to the decoder.
    """
    exits = enhanced_skips(decoder, images, features, levels)
    return {level: resume_at(detector, features, level, skip) for level, skip in exits.items()}


def enhanced_skips(
    decoder: Decoder, images: Tensor, features: Sequence[Tensor], levels: Sequence[int]
) -> dict[int, Tensor]:
    """What leaves by the exits of several levels 1…5: enhanced C4…C1, and at level 5 whole images."""
    maps = [images, *features]
    below = decoder.start(features[-1])
    exits = {}
    for k in range(1, max(levels, default=0) + 1):
        skip = maps[STAGES - k]
        below = decoder.hidden(k, below, skip)
        if k in levels:
            exits[k] = decoder.enhance(k, below, skip)
    return exits


def resume_at(
    detector: SplitDetector, features: Sequence[Tensor], level: int, enhanced: Tensor
) -> list[Tensor]:
    """C1…C5 behind the exit of `level` (1…5), from what left by it; the shallower maps are kept."""
    if level == STAGES:
        return detector.encode(enhanced)
    return detector.resume([*features[: STAGES - level - 1], enhanced], STAGES - level)


def _together(above: Tensor, leaving: Tensor) -> Tensor:
    """Both batches as one; no copy where either is empty."""
    if len(above) and len(leaving):
        return torch.cat([above, leaving])
    return above if len(above) else leaving


def _first_rows(new: Tensor, old: Tensor) -> Tensor:
    """`old` with its first rows replaced."""
    return new if len(new) == len(old) else torch.cat([new, old[len(new) :]])


def enhanced_image(decoder: Decoder, images: Tensor, features: Sequence[Tensor]) -> Tensor:
    """Level 5's whole image (B, 3, H, W): what the generator of §4.1 makes of `images` and their C1…C5."""
    return enhanced_skips(decoder, images, features, [STAGES])[STAGES]
