"""Merging level-0 and enhanced boxes."""

import numpy as np
import pytest

from turbo_cli.boxes import Detections
from turbo_cli.enhancement.fusion import Fusion, fuse


def boxes(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


PLAIN = boxes((0, 0, 10, 10, 0.9, 3), (50, 50, 60, 60, 0.4, 3))
ENHANCED = boxes((0, 0, 10, 12, 0.3, 3), (80, 0, 90, 10, 0.8, 8), (50, 50, 60, 60, 0.4, 8))


def test_none_keeps_the_enhanced_boxes() -> None:
    assert fuse(PLAIN, ENHANCED, "none") is ENHANCED


def test_union_keeps_each_object_once_at_its_higher_score_and_classes_apart() -> None:
    merged = fuse(PLAIN, ENHANCED, "union")
    np.testing.assert_allclose(merged.scores, [0.9, 0.8, 0.4, 0.4], rtol=1e-6)
    np.testing.assert_allclose(merged.boxes_xyxy[0], [0, 0, 10, 10])
    assert sorted(merged.category_ids[2:].tolist()) == [3, 8]


def test_weighted_moves_the_box_by_score_and_keeps_the_higher_score() -> None:
    merged = fuse(PLAIN, ENHANCED, "weighted")
    np.testing.assert_allclose(merged.boxes_xyxy[0], [0, 0, 10, (0.9 * 10 + 0.3 * 12) / 1.2], rtol=1e-5)
    assert merged.scores[0] == pytest.approx(0.9)


@pytest.mark.parametrize("fusion", ["union", "weighted"])
def test_one_side_without_boxes_gives_the_other(fusion: Fusion) -> None:
    for merged in (fuse(PLAIN, Detections.empty(), fusion), fuse(Detections.empty(), PLAIN, fusion)):
        np.testing.assert_allclose(merged.boxes_xyxy, PLAIN.boxes_xyxy)
    assert len(fuse(Detections.empty(), Detections.empty(), fusion)) == 0


@pytest.mark.parametrize("fusion", ["union", "weighted"])
def test_boxes_of_score_zero_stay_finite(fusion: Fusion) -> None:
    zero = boxes((0, 0, 10, 10, 0.0, 3))
    assert np.isfinite(fuse(zero, Detections.empty(), fusion).boxes_xyxy).all()
