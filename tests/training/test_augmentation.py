"""Training samples: the same from any worker, and boxes that stay on their pixels."""

from pathlib import Path

import numpy as np
import torch

from turbo_cli.boxes import Targets
from turbo_cli.data import Dataset, open_dataset
from turbo_cli.data.dataset import Frame, FrameInfo
from turbo_cli.training.augmentation import TrainingSamples


class OneBox(Dataset):
    """A black frame with one white box, cut from no file."""

    path, labelled, categories = Path(), True, {3: "car"}
    frames = (FrameInfo(1, "", 0, 0.0, 160, 96),)
    box = (60, 20, 120, 70)

    def __len__(self) -> int:
        return 1

    def frame(self, index: int) -> Frame:
        left, top, right, bottom = self.box
        pixels = np.zeros((96, 160, 3), np.uint8)
        pixels[top:bottom, left:right] = 255
        return pixels

    def targets(self, index: int) -> Targets:
        box = np.array([self.box], np.float32)
        return Targets(box, np.array([3]), np.zeros(1, bool), ignore_regions_xyxy=box)

    def reads(self, path: Path) -> bool:
        return False


def test_boxes_and_regions_stay_on_their_pixels() -> None:
    samples = TrainingSamples(OneBox(), (160, 96), seed=0, samples=60)
    areas = set()
    for position in range(60):
        image, targets = samples[position]
        rows, columns = np.nonzero(image[0].numpy() > 127)
        if len(targets) == 0:
            assert len(rows) < 200
            continue
        box = targets.boxes_xyxy[0]
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(box, seen, atol=1.5)
        limits = np.array([160, 96] * 2, np.float32)
        np.testing.assert_allclose(targets.ignore_regions_xyxy[0].clip(0, limits), box, atol=1e-3)
        areas.add(round(float((box[2:] - box[:2]).prod())))
    assert len(areas) > 20


def test_a_box_mostly_cut_off_is_ignored_not_learnt() -> None:
    samples = TrainingSamples(OneBox(), (160, 96), seed=0, samples=400)
    found = [samples[position][1] for position in range(400)]
    cut = [t for t in found if len(t) and t.ignore[0]]
    assert cut, "no sample cut the box"
    assert all(not t.ignore[0] for t in found if len(t) and (t.boxes_xyxy[0] % [160, 96, 160, 96]).all())


def test_samples_depend_on_seed_and_position_alone(rectangles: Path) -> None:
    dataset = open_dataset(rectangles)
    one, other = (TrainingSamples(dataset, (64, 64), seed=3, samples=20) for _ in range(2))
    forwards = [one[position] for position in range(20)]
    torch.rand(1)
    backwards = [other[position] for position in reversed(range(20))][::-1]
    for (image, targets), (same_image, same_targets) in zip(forwards, backwards, strict=True):
        assert torch.equal(image, same_image)
        assert np.array_equal(targets.boxes_xyxy, same_targets.boxes_xyxy)
    reseeded = TrainingSamples(dataset, (64, 64), seed=4, samples=20)
    assert any(not torch.equal(image, reseeded[i][0]) for i, (image, _) in enumerate(forwards))


def test_every_epoch_shows_every_frame_once(rectangles: Path) -> None:
    seen: list[int] = []

    class Counting(OneBox):
        def __len__(self) -> int:
            return 6

        def frame(self, index: int) -> Frame:
            seen.append(index)
            return super().frame(index)

    samples = TrainingSamples(Counting(), (32, 32), seed=0, samples=12)
    for position in range(12):
        samples[position]
    assert sorted(seen[:6]) == sorted(seen[6:]) == list(range(6))
    assert seen[:6] != seen[6:]
