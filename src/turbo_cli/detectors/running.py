"""Running a detector over frames, or over a whole dataset."""

import contextlib
from collections.abc import Iterator, Sequence

import torch

from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.data.images import Frame
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.errors import TurboError
from turbo_cli.progress import Track, untracked


def detect_frames(
    detector: SplitDetector, dataset: Dataset, batch_size: int = 8, track: Track = untracked
) -> Iterator[Detections]:
    """The boxes of every frame of `dataset` in order, in source pixels; `batch_size` frames at a time.

    Raises `TurboError` where a batch does not fit into memory.
    """
    starts = range(0, len(dataset), batch_size)
    for start in track(starts, "detecting", len(starts)):
        frames = [dataset.frame(i) for i in range(start, min(start + batch_size, len(dataset)))]
        # A generator's context holds in its caller's code too, so nothing is yielded inside.
        with memory_errors(len(frames)):
            found = detect_batch(detector, frames)
        yield from found


@torch.inference_mode()
def detect_batch(detector: SplitDetector, frames: Sequence[Frame]) -> list[Detections]:
    """The boxes of a batch of frames, in their pixels."""
    images, geometry = detector.prepare(frames)
    return detector.detect(detector.encode(images), geometry)


@contextlib.contextmanager
def memory_errors(frames: int, hint: str = "lower --batch-size or --size") -> Iterator[None]:
    """Inside, a batch of so many frames that does not fit into memory is a `TurboError`."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise TurboError(f"not enough memory for a batch of {frames}", hint) from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """On the CPU torch has no class of its own for want of memory, only this message."""
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return known or "can't allocate memory" in str(error)
