"""Labels from a golden model: what it is sure of counts, what it doubts counts neither way."""

import json
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RunTurbo
from tests.data.test_joining import named
from turbo_cli.artifacts import detections
from turbo_cli.boxes import Detections
from turbo_cli.data import open_dataset
from turbo_cli.data.golden_labels import label

SCORES = st.lists(st.floats(0, 1, width=32), max_size=6)


def boxes(scores: list[float], category_id: int = 3) -> Detections:
    """One box for each score, best first, each at a place of its own."""
    falling = np.array(sorted(scores, reverse=True), np.float32)
    places = np.arange(4 * len(scores), dtype=np.float32).reshape(-1, 4)
    corners = places + np.array([0, 0, 5, 5], np.float32)
    return Detections(corners, falling, np.full(len(scores), category_id))


@given(SCORES, SCORES, st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_sure_boxes_are_labels_and_doubtful_ones_are_ignored(
    first: list[float], second: list[float], score: float, doubt: float
) -> None:
    content = named("a", [3], {3: "car"})
    one, two, _ = (image.id for image in content.images)
    labelled = label(content, {one: boxes(first), two: boxes(second)}, score, doubt)
    for image_id, scores in ((one, first), (two, second)):
        mine = [annotation for annotation in labelled.annotations if annotation.image_id == image_id]
        assert sorted(a.score or 0 for a in mine if not a.ignore) == sorted(s for s in scores if s >= score)
        doubtful = [s for s in scores if min(doubt, score) <= s < score]
        assert sorted(a.score or 0 for a in mine if a.ignore) == sorted(doubtful)
    assert {a.image_id for a in labelled.annotations} <= {one, two}
    assert len({a.id for a in labelled.annotations}) == len(labelled.annotations)


def test_labels_of_before_are_gone_and_classes_are_those_found() -> None:
    content = named("a", [1], {3: "car", 1000: "tram"}).model_copy(update={"labelled": False})
    regions = tuple(image.model_copy(update={"ignore_regions": ((0, 0, 4, 4),)}) for image in content.images)
    content = content.model_copy(update={"images": regions})
    labelled = label(content, {content.images[0].id: boxes([0.9], 1000)}, 0.4, 0.2)
    assert [(one.category_id, one.bbox) for one in labelled.annotations] == [(1000, (0, 1, 7, 7))]
    assert [category.name for category in labelled.categories] == ["tram"]
    assert labelled.labelled and not labelled.images[0].ignore_regions


def test_detected_frames_become_a_labelled_dataset(turbo: RunTurbo, tmp_path: Path) -> None:
    street, found = tmp_path / "street", tmp_path / "boxes.json"
    turbo("data", "synth", str(street), "--cameras", "1", "--frames", "3", "--fps", "1")
    turbo("detect", "--detector", "tiny", str(street), "--out", str(found))
    line = ("data", "label", str(street), "--detections", str(found), "--out", str(tmp_path / "labelled"))
    counts = json.loads(turbo(*line, "--json").out)
    frames = open_dataset(tmp_path / "labelled")
    by_id = detections.read(found)
    for index, info in enumerate(frames.frames):
        sure = by_id[info.image_id].above(0.4)
        truth = frames.targets(index)
        kept = truth.boxes_xyxy[~truth.ignore]
        np.testing.assert_allclose(kept, sure.boxes_xyxy, atol=1e-3)
        np.testing.assert_array_equal(frames.frame(index), open_dataset(street).frame(index))
    sizes = [(~frames.targets(index).ignore).sum() for index in range(len(frames))]
    assert counts["boxes"] == sum(sizes) > 0
    assert counts["frames"] == 3


def test_boxes_of_other_frames_are_refused(turbo: RunTurbo, tmp_path: Path) -> None:
    street, found = tmp_path / "street", tmp_path / "boxes.json"
    turbo("data", "synth", str(street), "--cameras", "1", "--frames", "1")
    detections.write(found, {77: boxes([0.9])})
    line = ("data", "label", str(street), "--detections", str(found), "--out", str(tmp_path / "labelled"))
    refused = turbo(*line)
    assert refused.status == 2 and "no image 77" in refused.err
    assert not (tmp_path / "labelled").exists()
