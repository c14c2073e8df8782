"""How long per-frame average precision takes: 10,000 frames of 20 boxes in four classes.

python benchmarks/frame_scores.py
"""

import time
from dataclasses import dataclass

import numpy as np

from turbo_cli.boxes import Detections, Targets
from turbo_cli.metrics import evaluate

FRAMES, BOXES = 10_000, 20


@dataclass(frozen=True)
class Frames:
    """A labelled dataset in memory."""

    all_targets: list[Targets]
    categories: dict[int, str]

    def __len__(self) -> int:
        return len(self.all_targets)

    def targets(self, index: int) -> Targets:
        return self.all_targets[index]


def main() -> None:
    random = np.random.default_rng(0)
    categories = {1: "person", 3: "car", 6: "bus", 8: "truck"}
    targets, detections = [], []
    for _ in range(FRAMES):
        corners = random.uniform(0, 280, (BOXES, 2))
        boxes = np.hstack([corners, corners + random.uniform(5, 60, (BOXES, 2))]).astype(np.float32)
        ids = random.choice(list(categories), BOXES)
        scores = np.sort(random.random(BOXES))[::-1].astype(np.float32)
        moved = (boxes + random.normal(0, 3, boxes.shape)).astype(np.float32)
        targets.append(Targets(boxes, ids, np.zeros(BOXES, np.bool_)))
        detections.append(Detections(moved, scores, ids))
    begun = time.perf_counter()
    evaluation = evaluate(Frames(targets, categories), detections)
    matched = time.perf_counter()
    scores_of_frames = evaluation.frame_scores()
    done = time.perf_counter()
    print(f"{len(scores_of_frames)} frames: matching {matched - begun:.1f} s, scoring {done - matched:.1f} s")


if __name__ == "__main__":
    main()
