"""No detector is touched: an untrained enhancer changes no score, and no stage changes a detector."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.detectors.darknet.networks import write_small, write_weights
from tests.detectors.random_weights import random_efficientdet, random_faster_rcnn
from tests.profiling.streets import make_enhancer
from tests.training.stages import write_difficulty
from turbo_cli.boxes import Detections, Targets
from turbo_cli.data import open_dataset
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.base import SplitDetector, copy_detector, hash_state
from turbo_cli.detectors.darknet import build
from turbo_cli.detectors.darknet.detector import CONFIGS
from turbo_cli.metrics import mean_average_precision
from turbo_cli.training.gan import GanTraining
from turbo_cli.training.multiexit_options import LossWeights, MultiexitTraining
from turbo_cli.training.stage_one import run_stage_one
from turbo_cli.training.stage_two import run_stage_two

Make = Callable[[], SplitDetector]


def tiny() -> SplitDetector:
    return load_detector("tiny", size=(128, 96))


def yolo_fastest() -> SplitDetector:
    with tempfile.TemporaryDirectory() as folder:
        weights = write_weights(CONFIGS / "yolo-fastest-xl.cfg", Path(folder, "yolo-fastest-xl.weights"), 0.0)
        return build("yolo-fastest-xl", weights, (128, 96))


def small_darknet() -> SplitDetector:
    with tempfile.TemporaryDirectory() as folder:
        return build("small", write_small(Path(folder)), (128, 96))


KINDS: dict[str, tuple[Make, tuple[int, int]]] = {
    "tiny": (tiny, (96, 128)),
    "yolo-fastest-xl": (yolo_fastest, (96, 128)),
    "faster-rcnn": (lambda: copy_detector(random_faster_rcnn()), (96, 128)),
    "efficientdet-d0": (lambda: copy_detector(random_efficientdet()), (128, 256)),
}
"""Detectors, and the (height, width) of images for them."""


@dataclass(frozen=True)
class HalfFound:
    """Every second box that level 0 finds, moved a little, is the truth: some are right, some are not."""

    found: Sequence[Detections]
    categories: dict[int, str]

    def __len__(self) -> int:
        return len(self.found)

    def targets(self, index: int) -> Targets:
        boxes, ids = self.found[index].boxes_xyxy[:40:2] + 1, self.found[index].category_ids[:40:2]
        return Targets(boxes, ids, np.zeros(len(ids), np.bool_))


@pytest.mark.parametrize("kind", KINDS)
def test_every_untrained_level_scores_exactly_what_level_0_scores(kind: str) -> None:
    make, size = KINDS[kind]
    detector = make()
    enhancer = make_enhancer(trained=False, detector=detector)
    images = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    plain = enhancer.run(images, [0, 0])
    truth = HalfFound(plain, detector.categories)
    expected = mean_average_precision(truth, plain)
    assert 0 < expected.map < 1
    for level in range(1, 6):
        found = enhancer.run(images, [level, level])
        assert mean_average_precision(truth, found) == expected
        for one, other in zip(found, plain, strict=True):
            assert np.array_equal(one.boxes_xyxy, other.boxes_xyxy)
            assert np.array_equal(one.scores, other.scores)


@pytest.mark.parametrize("make", [tiny, small_darknet], ids=["tiny", "darknet"])
@pytest.mark.parametrize("freeze_encoder", [True, False], ids=["frozen", "own encoder"])
def test_neither_stage_moves_a_parameter_or_a_statistic_of_the_detector(
    make: Make, freeze_encoder: bool, rectangles: Path, tmp_path: Path
) -> None:
    detector, dataset = make(), open_dataset(rectangles)
    before = {name: tensor.clone() for name, tensor in detector.state_dict().items()}
    table = write_difficulty(tmp_path / "difficulty.csv", dataset, detector)
    gan = tmp_path / "gan.safetensors"
    short = {"iterations": 2, "batch_size": 2, "workers": 0}
    run_stage_one(
        detector,
        dataset,
        table,
        GanTraining(out=gan, freeze_encoder=freeze_encoder, **short),  # type: ignore[arg-type]
    )
    if freeze_encoder:
        out, weights = tmp_path / "enhancer.safetensors", LossWeights(adversarial=0.1)
        options = MultiexitTraining(out=out, weights=weights, **short)  # type: ignore[arg-type]
        run_stage_two(detector, gan, dataset, None, (), None, options)
    assert hash_state(detector) == detector.weights_hash
    assert all(torch.equal(tensor, before[name]) for name, tensor in detector.state_dict().items())
    assert not any(
        parameter.requires_grad or parameter.grad is not None for parameter in detector.parameters()
    )
