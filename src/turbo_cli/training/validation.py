"""How good the exits are on frames of cameras that are held out of training."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from turbo_cli.boxes import Detections, Targets
from turbo_cli.data import Dataset
from turbo_cli.data.degradation import DEGRADATIONS
from turbo_cli.detectors.base import Geometry, SplitDetector
from turbo_cli.detectors.running import detect_batch
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.execution import enhanced_levels
from turbo_cli.metrics import Classes, class_of_category, mean_average_precision

FRAMES = 64
BATCH = 8
TEACHER_SCORE = 0.3
"""Without labels, the boxes that the detector gives at this score on the clean frame are the truth."""


@dataclass(frozen=True, eq=False)
class Validation:
    """Fixed frames and what is to be found in them; a third of them as they are, the rest degraded.

    images: (N, 3, H, W) float32 in [0, 1]. categories: class names by COCO id.
    """

    images: Tensor
    geometry: list[Geometry]
    all_targets: list[Targets]
    categories: dict[int, str]
    classes: Classes | None = None

    def __len__(self) -> int:
        return len(self.images)

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame, in source pixels."""
        return self.all_targets[index]

    @torch.inference_mode()
    def score(self, detector: SplitDetector, decoder: Decoder, levels: Sequence[int]) -> dict[int, float]:
        """AP50 of level 0 and of each of `levels`."""
        found: dict[int, list[Detections]] = {level: [] for level in (0, *levels)}
        for start in range(0, len(self), BATCH):
            images, geometry = self.images[start : start + BATCH], self.geometry[start : start + BATCH]
            features = detector.encode(images)
            at_level = {0: features} | enhanced_levels(detector, decoder, images, features, levels)
            for level, maps in at_level.items():
                found[level] += detector.detect(maps, geometry)
        return {
            level: mean_average_precision(self, boxes, self.classes).ap50 for level, boxes in found.items()
        }


@torch.inference_mode()
def make_validation(
    detector: SplitDetector,
    dataset: Dataset,
    kinds: Sequence[str],
    seed: int,
    classes: Classes | None = None,
    frames: int = FRAMES,
) -> Validation:
    """Up to `frames` frames spread over the dataset; `kinds` in turn on two of three of them.

    Raises `TurboError` for a class that is unknown.
    """
    categories = dataset.categories if dataset.labelled else detector.categories
    if classes is not None:
        class_of_category(categories, classes)
    rows = np.unique(np.linspace(0, len(dataset) - 1, frames).round().astype(int)).tolist()
    pictures, all_targets = [], []
    for place, row in enumerate(rows):
        frame = dataset.frame(row)
        all_targets.append(dataset.targets(row) if dataset.labelled else _teach(detector, frame))
        if kinds and place % 3:
            random = np.random.default_rng((seed, row, 4))
            kind = kinds[place % len(kinds)]
            frame = DEGRADATIONS[kind](frame, random, float(random.uniform(0.3, 1.0)))
        pictures.append(frame)
    images, geometry = detector.prepare(pictures)
    return Validation(images, geometry, all_targets, categories, classes)


def _teach(detector: SplitDetector, frame: np.ndarray) -> Targets:
    found = detect_batch(detector, [frame])[0].above(TEACHER_SCORE)
    return Targets(found.boxes_xyxy, found.category_ids, np.zeros(len(found), np.bool_))


class Best(nn.Module):
    """The decoder that validated best so far; a module, so that checkpoints keep it."""

    score: Tensor
    stale: Tensor

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = copy.deepcopy(decoder).requires_grad_(False)
        self.register_buffer("score", torch.tensor(-1.0))
        self.register_buffer("stale", torch.tensor(0))

    def offer(self, decoder: Decoder, scores: dict[int, float]) -> None:
        """Keep this one if the mean of its levels beats the best; scores of level 0 are left out."""
        mean = float(np.mean([score for level, score in scores.items() if level > 0]))
        self.stale += 1
        if mean > float(self.score):
            self.decoder.load_state_dict(decoder.state_dict())
            self.score.fill_(mean)
            self.stale.zero_()

    def lasts(self, patience: int | None) -> bool:
        """Whether the last `patience` decoders that were offered were all no better (None: never)."""
        return patience is not None and int(self.stale) >= patience
