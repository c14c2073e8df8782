"""What counts as a box, and what an enhanced frame gains and loses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_cli.boxes import Detections
from turbo_cli.errors import TurboError
from turbo_cli.trying.changes import compare, make_shown

corners = st.integers(0, 40)
boxes = st.tuples(corners, corners, st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]))


def found(rows: list[tuple[int, int, int, int, int]]) -> Detections:
    """Boxes by left, top, width, height and class, scores falling."""
    values = np.array(rows, np.float32).reshape(-1, 5)
    corners = np.concatenate([values[:, :2], values[:, :2] + values[:, 2:4]], axis=1)
    return Detections(
        corners, np.linspace(0.9, 0.1, len(rows), dtype=np.float32), values[:, 4].astype(np.int64)
    )


@given(st.lists(boxes, max_size=8), st.lists(boxes, max_size=8))
def test_every_box_is_kept_or_lost_and_found_again_or_gained(
    before: list[tuple[int, int, int, int, int]], after: list[tuple[int, int, int, int, int]]
) -> None:
    changes = compare(found(before), found(after))
    assert len(changes.kept) == len(changes.again)
    assert len(changes.kept) + len(changes.lost) == len(before)
    assert len(changes.again) + len(changes.gained) == len(after)
    assert (changes.kept.category_ids == changes.again.category_ids).all()


@given(st.lists(boxes, max_size=8))
def test_nothing_is_gained_or_lost_where_nothing_changed(rows: list[tuple[int, int, int, int, int]]) -> None:
    changes = compare(found(rows), found(rows))
    assert changes.count == 0 and len(changes.kept) == len(rows)


def test_a_box_of_another_class_or_place_is_another_object() -> None:
    before = found([(0, 0, 20, 20, 3), (50, 50, 20, 20, 3)])
    after = found([(2, 0, 20, 20, 3), (50, 50, 20, 20, 1), (90, 0, 9, 9, 3)])
    changes = compare(before, after)
    assert changes.kept.boxes_xyxy[:, 0].tolist() == [0] and changes.again.boxes_xyxy[:, 0].tolist() == [2]
    assert changes.lost.boxes_xyxy[:, 0].tolist() == [50]
    assert changes.gained.boxes_xyxy[:, 0].tolist() == [50, 90]


def test_merged_classes_are_one_and_others_are_not_shown() -> None:
    names = {1: "person", 3: "car", 8: "truck"}
    rows = found([(0, 0, 9, 9, 1), (0, 0, 9, 9, 3), (0, 0, 9, 9, 8)])
    shown = make_shown(names, {"vehicle": ("car", "truck")}, 0.3)
    assert shown.of(rows).category_ids.tolist() == [0] and shown.names == {0: "vehicle"}
    assert make_shown(names, None, 0.3).of(rows).category_ids.tolist() == [1, 3]
    with pytest.raises(TurboError, match="no class 'van'"):
        make_shown(names, {"van": ("van",)}, 0.3)
