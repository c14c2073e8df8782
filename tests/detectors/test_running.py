"""A detector over a dataset: every frame once, in order, and no side effect on who asks for the boxes."""

from pathlib import Path

import numpy as np
import torch

from tests.data.test_dataset import save_image
from tests.small_detector import SmallDetector
from turbo_cli.data import open_dataset
from turbo_cli.detectors.running import detect_frames


def test_batches_give_what_single_frames_give(tmp_path: Path) -> None:
    for number in range(5):
        save_image(tmp_path / f"{number}.png", 50 * number)
    detector, dataset = SmallDetector(), open_dataset(tmp_path)
    alone, batched = (list(detect_frames(detector, dataset, size)) for size in (1, 2))
    assert len(alone) == len(batched) == 5
    for one, other in zip(alone, batched, strict=True):
        assert len(one) > 0
        assert np.allclose(one.boxes_xyxy, other.boxes_xyxy, atol=1e-4)
        assert np.allclose(one.scores, other.scores, atol=1e-6)


def test_the_caller_is_not_drawn_into_inference_mode(tmp_path: Path) -> None:
    save_image(tmp_path / "a.png")
    for _ in detect_frames(SmallDetector(), open_dataset(tmp_path)):
        assert not torch.is_inference_mode_enabled()
