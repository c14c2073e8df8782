"""Running a detector over a whole dataset."""

from collections.abc import Iterator

import torch

from turbo_cli.boxes import Detections
from turbo_cli.data import Dataset
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.progress import Track, untracked


def detect_frames(
    detector: SplitDetector, dataset: Dataset, batch_size: int = 8, track: Track = untracked
) -> Iterator[Detections]:
    """The boxes of every frame of `dataset` in order, in source pixels; `batch_size` frames at a time."""
    starts = range(0, len(dataset), batch_size)
    for start in track(starts, "detecting", len(starts)):
        frames = [dataset.frame(i) for i in range(start, min(start + batch_size, len(dataset)))]
        with torch.inference_mode():
            images, geometry = detector.prepare(frames)
            found = detector.detect(detector.encode(images), geometry)
        # Outside, for a generator's context holds in its caller's code too.
        yield from found
