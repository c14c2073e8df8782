"""One value of each format by file name, the content of the golden files.

A new schema version gets a new folder: `python -m tests.artifacts.samples tests/artifacts/golden/schema-N`.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.artifacts.formats import FORMATS, HASH
from turbo_cli.artifacts.accuracy import LevelGain
from turbo_cli.artifacts.dataset import Annotation, Category, DatasetFile, Image, Sequence
from turbo_cli.artifacts.detector import DetectorWeights
from turbo_cli.artifacts.difficulty import FrameDifficulty
from turbo_cli.artifacts.enhancer import EnhancerWeights
from turbo_cli.artifacts.gan import GanWeights
from turbo_cli.artifacts.latency import PieceLatency
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.artifacts.roi_scores import FrameScores
from turbo_cli.artifacts.rows import Table
from turbo_cli.artifacts.trace import TracedFrame
from turbo_cli.boxes import Detections

PROVENANCE = Provenance(
    detector="tiny",
    detector_weights_hash=HASH,
    tool_version="0.1.0",
    created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    seed=7,
    settings={"roi_score": 0.3, "strategy": "model-aware", "levels": [1, 2]},
    parents={"gan.safetensors": HASH[::-1]},
)


def _state(*shape: int) -> dict[str, torch.Tensor]:
    count = int(np.prod(shape))
    weight = (torch.arange(count, dtype=torch.float32) / 8 - 1).reshape(shape)
    return {"0.weight": weight, "1.num_batches_tracked": torch.tensor(5)}


def _plan(window: int, levels: tuple[int, ...], overloaded: bool) -> WindowPlan:
    return WindowPlan(
        window=window,
        started_at_s=window * 0.1,
        budget_ms=80.0,
        cameras=("north", "south"),
        indices=(3 * window, 3 * window + 1),
        difficulties=(0.25, 0.75),
        levels=levels,
        predicted_latency_ms=61.5,
        predicted_gain=0.08,
        bound=0.0825,
        solver="turbo",
        solve_ms=0.21,
        order="detect-first",
        execution="staged",
        overloaded=overloaded,
    )


SAMPLES: dict[str, Any] = {
    "difficulty.csv": Table(
        PROVENANCE,
        (
            FrameDifficulty(camera="north", index=0, confidence=0.75, difficulty=0.25, rois=4, class_="easy"),
            FrameDifficulty(camera="north", index=1, confidence=0.0, difficulty=1.0, rois=0, class_="hard"),
            FrameDifficulty(camera='5th "A" east', index=0, rois=0, class_="empty"),
        ),
    ),
    "latency.csv": Table(
        PROVENANCE,
        (
            PieceLatency(
                "encode", 1, 20.5, "measured", 20.25, 23.5, 31.0, 0.2, 100, 1 << 20, 14.5, 1590.0, 61.0
            ),
            PieceLatency("layer-1", 4, 7.125, "estimated"),
            PieceLatency("level-0", 1, 35.71, "published"),
        ),
    ),
    "accuracy.csv": Table(
        PROVENANCE,
        (
            LevelGain("true", 0.0, 0.1, 1, 0.0, 0.01, 12, "measured"),
            LevelGain("true", 0.9, 1.0, 5, 0.125, 0.02, 3, "measured", 0.25),
            LevelGain("predicted", 0.9, 1.0, 5, -0.0625, 0.02, 3, "assumed"),
        ),
    ),
    "trace.csv": Table(
        PROVENANCE,
        (
            TracedFrame("north", 0, 0.0, True, "new object", 0, 2, 0.5, 0.625, 0.1, 0.09),
            TracedFrame("south", 0, 0.02, False, "no change"),
            TracedFrame("north", 1, 0.1, True, "", 1, 0, deadline_at_s=0.2, done_at_s=0.25),
        ),
    ),
    "plan.jsonl": Table(PROVENANCE, (_plan(0, (0, 4), False), _plan(1, (0, 0), True))),
    "roi_scores.jsonl": Table(
        PROVENANCE,
        (
            FrameScores(
                camera="north",
                index=0,
                scores=(0.875, 0.3),
                objects=2,
                small_objects=1,
                average_precision=0.5,
            ),
            FrameScores(camera="north", index=3, scores=(), objects=0, small_objects=0),
            FrameScores(camera="south", index=0, scores=(0.0625,)),
        ),
    ),
    "gan.safetensors": GanWeights(PROVENANCE, _state(2, 3), _state(4), _state(1, 2, 2), {"widths": [96, 64]}),
    "enhancer.safetensors": EnhancerWeights(
        PROVENANCE,
        decoder=_state(2, 3),
        frame_discriminator=_state(4),
        calibration=((-2.0, 1.0), (0.5, 0.5), (3.0, 0.0)),
        training_cameras=("north", "south"),
        levels=(1, 3, 5),
        architecture={"widths": [96, 64], "input": None},
    ),
    "tiny.safetensors": DetectorWeights(
        PROVENANCE,
        detector=_state(3, 3),
        categories={3: "car", 1000: "tram"},
        input_size=(320, 192),
        architecture={"channels": [8, 16, 32, 64, 128]},
        model_card={"licence": "Apache-2.0", "map": 0.56},
    ),
    "dataset.json": DatasetFile(
        images=(
            Image(id=1, width=320, height=192, file_name="images/1.jpg", camera="north", condition="fog"),
            Image(
                id=2,
                width=320,
                height=192,
                video="a.mp4",
                frame=1,
                camera="north",
                frame_index=1,
                timestamp=0.1,
            ),
        ),
        annotations=(
            Annotation(id=5, image_id=1, category_id=3, bbox=(1.5, 2.0, 30.0, 20.0), area=600.0),
            Annotation(id=6, image_id=2, category_id=3, bbox=(0, 0, 3, 2), area=6, ignore=1, score=0.5),
        ),
        categories=(Category(id=3, name="car"),),
        sequences=(Sequence(camera="north", fps=10, image_ids=(1, 2), timestamps=(0.0, 0.1)),),
        info={"made_by": "a person"},
    ),
    "boxes.json": {
        1: Detections(
            np.array([[1.5, 2, 31.25, 22], [0, 0, 4.1, 3]], np.float32),
            np.array([0.875, 0.3], np.float32),
            np.array([3, 6]),
        ),
        4: Detections(np.array([[5, 6, 7, 8]], np.float32), np.array([0.5], np.float32), np.array([1])),
    },
}


def write_samples(folder: Path) -> None:
    """Write every sample under its own name."""
    for kind in FORMATS:
        kind.write(folder / kind.file_name, SAMPLES[kind.file_name])


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
