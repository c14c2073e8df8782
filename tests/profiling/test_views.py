"""Boxes found in a changed frame lie where the thing is in the frame itself."""

import numpy as np
import pytest
from PIL import Image

from tests.small_detector import SmallDetector
from turbo_cli.boxes import Detections, FloatArray
from turbo_cli.data.images import Frame
from turbo_cli.profiling.views import MIRRORED, View, detect_view, no_ops

BOX = [20, 10, 44, 30]


def frame_with_a_box() -> Frame:
    frame = np.zeros((50, 80, 3), np.uint8)
    frame[BOX[1] : BOX[3], BOX[0] : BOX[2]] = 255
    return frame


def find_white(frame: Frame) -> Detections:
    rows, columns = (np.flatnonzero(frame[..., 0].any(axis=axis)) for axis in (1, 0))
    box = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    return Detections(np.array([box], np.float32), np.ones(1, np.float32), np.array([3]))


def back(view: View) -> FloatArray:
    frame = frame_with_a_box()
    seen = view.change(frame)
    return view.undo(find_white(seen), seen, frame).boxes_xyxy


@pytest.mark.parametrize("name", no_ops(24))
def test_the_box_of_every_no_op_comes_back_to_its_place(name: str) -> None:
    view = no_ops(24)[name]
    np.testing.assert_array_equal(back(view), [BOX])
    assert not np.array_equal(view.change(frame_with_a_box()), frame_with_a_box())


def test_no_ops_differ_and_there_are_as_many_as_wanted() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    for wanted in (0, 1, 8, 40):
        assert len({view.change(frame).tobytes() for view in no_ops(wanted).values()}) == wanted
    assert next(iter(no_ops(3).values())) is MIRRORED


def test_a_baseline_may_change_the_size() -> None:
    def twice(frame: Frame) -> Frame:
        return np.array(Image.fromarray(frame).resize((160, 100), Image.Resampling.NEAREST))

    np.testing.assert_array_equal(back(View(twice)), [BOX])


def test_a_detector_looks_at_the_changed_frame() -> None:
    detector, frames = SmallDetector(), [frame_with_a_box(), np.flip(frame_with_a_box(), 0).copy()]
    plain = detect_view(detector, frames, View(lambda frame: frame))
    images, geometry = detector.prepare(frames)
    for one, other in zip(plain, detector.detect(detector.encode(images), geometry), strict=True):
        np.testing.assert_allclose(one.boxes_xyxy, other.boxes_xyxy, atol=1e-4)
    dark = detect_view(detector, frames, View(np.zeros_like))
    assert not np.allclose(dark[0].scores, plain[0].scores)
