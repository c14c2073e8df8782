"""Which targets count, which areas are ignored."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from turbo_cli.boxes import Targets
from turbo_cli.detectors.counted import centred_in, counted

CPU = torch.device("cpu")


def test_boxes_are_parted_by_flag_region_class_and_area() -> None:
    boxes = np.array(
        [[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [105, 5, 115, 15], [60, 0, 60, 10]], np.float32
    )
    targets = Targets(
        boxes,
        np.array([3, 3, 1000, 3, 3]),
        np.array([False, True, False, False, False]),
        np.array([[100, 0, 200, 100]], np.float32),
    )
    truth = counted(targets, {3: "car"}, CPU)
    assert truth.boxes_xyxy.tolist() == [[0, 0, 10, 10]]
    assert truth.category_ids.tolist() == [3]
    assert truth.ignored_xyxy.tolist() == [*boxes[1:4].tolist(), [100, 0, 200, 100]]


def test_the_centre_decides() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [6, 0, 16, 10], [-100, -100, 110, 110]])
    assert centred_in(boxes, torch.tensor([[0.0, 0, 10, 10]])).tolist() == [True, True, False, True]
    assert centred_in(boxes, torch.zeros(0, 4)).tolist() == [False] * 4


corners = st_numpy.arrays(np.float32, (5, 2), elements=st.integers(0, 50).map(float))


@given(corners, corners, st_numpy.arrays(np.bool_, 5), st_numpy.arrays(np.bool_, 5))
def test_every_solid_box_counts_or_is_ignored(
    first: np.ndarray, second: np.ndarray, ignore: np.ndarray, known: np.ndarray
) -> None:
    boxes = np.concatenate([np.minimum(first, second), np.maximum(first, second)], axis=1)
    truth = counted(Targets(boxes, np.where(known, 1, 1000), ignore), {1: "person"}, CPU)
    solid = np.all(boxes[:, 2:] > boxes[:, :2], axis=1)
    assert len(truth.boxes_xyxy) == int((known & ~ignore & solid).sum())
    assert len(truth.ignored_xyxy) == int((~known | ignore).sum())
