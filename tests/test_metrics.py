"""Average precision against pycocotools fed by hand, ignored boxes and regions, merged classes."""

import contextlib
import io
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from turbo_cli.boxes import Detections, FloatArray, Targets
from turbo_cli.errors import TurboError
from turbo_cli.metrics import evaluate, mean_average_precision, parse_classes

CATEGORIES = {1: "person", 3: "car", 8: "truck"}


@dataclass(frozen=True)
class Frames:
    """A labelled dataset in memory."""

    all_targets: list[Targets]

    @property
    def categories(self) -> dict[int, str]:
        return CATEGORIES

    def __len__(self) -> int:
        return len(self.all_targets)

    def targets(self, index: int) -> Targets:
        return self.all_targets[index]


def random_frames(count: int, seed: int) -> tuple[Frames, list[Detections]]:
    random = np.random.default_rng(seed)
    targets, detections = [], []
    chance = np.random.default_rng(seed)
    for _ in range(count):
        corners = random.uniform(0, 200, (int(random.integers(0, 8)), 2))
        boxes = np.hstack([corners, corners + random.uniform(5, 80, corners.shape)]).astype(np.float32)
        ids = random.choice(list(CATEGORIES), len(boxes))
        crowd = chance.random(len(boxes)) < 0.1
        targets.append(Targets(boxes, ids, crowd, crowd=crowd))
        kept = random.random(len(boxes)) < 0.8
        moved = np.vstack([boxes[kept], boxes]) + random.normal(0, 3, (kept.sum() + len(boxes), 4))
        scores = np.sort(random.random(len(moved)))[::-1].astype(np.float32)
        detections.append(Detections(moved.astype(np.float32), scores, np.hstack([ids[kept], ids])))
    return Frames(targets), detections


def by_pycocotools(frames: Frames, detections: list[Detections], chosen: list[int]) -> tuple[float, float]:
    """(map, AP50) as pycocotools gives them through its own COCO objects."""
    images = [{"id": i} for i in chosen]
    categories = [{"id": number, "name": name} for number, name in CATEGORIES.items()]
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for i in chosen:
        here = frames.targets(i)
        assert here.crowd is not None
        for box, category, crowd in zip(here.boxes_xyxy, here.category_ids, here.crowd.tolist(), strict=True):
            annotations.append(
                _annotation(i, box, int(category)) | {"id": len(annotations) + 1, "iscrowd": int(crowd)}
            )
        found = detections[i]
        for box, category, score in zip(found.boxes_xyxy, found.category_ids, found.scores, strict=True):
            results.append(
                _annotation(i, box, int(category)) | {"id": len(results) + 1, "score": float(score)}
            )
    with contextlib.redirect_stdout(io.StringIO()):
        truth, found_coco = COCO(), COCO()
        truth.dataset = {"images": images, "categories": categories, "annotations": annotations}
        found_coco.dataset = {"images": images, "categories": categories, "annotations": results}
        truth.createIndex()
        found_coco.createIndex()
        evaluation = COCOeval(truth, found_coco, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0]), float(evaluation.stats[1])


def _annotation(image_id: int, box_xyxy: FloatArray, category: int) -> dict[str, Any]:
    left, top, right, bottom = box_xyxy.tolist()
    box = [left, top, np.float32(right) - np.float32(left), np.float32(bottom) - np.float32(top)]
    xywh = [float(value) for value in box]
    return {"image_id": image_id, "category_id": category, "bbox": xywh, "area": xywh[2] * xywh[3]}


def test_equals_pycocotools_over_all_frames() -> None:
    frames, detections = random_frames(60, seed=0)
    scores = mean_average_precision(frames, detections)
    assert (scores.map, scores.ap50) == pytest.approx(
        by_pycocotools(frames, detections, list(range(60))), abs=1e-12
    )
    assert 0.05 < scores.map < scores.ap50 < 0.99


def test_each_frame_equals_pycocotools_on_that_frame_alone() -> None:
    frames, detections = random_frames(40, seed=1)
    rows = evaluate(frames, detections).frame_scores()
    for i, row in enumerate(rows):
        if frames.targets(i).ignore.all():
            assert np.isnan(row).all()
        else:
            assert tuple(row) == pytest.approx(by_pycocotools(frames, detections, [i]), abs=1e-12)


def test_scores_over_chosen_frames_equal_a_run_on_those_alone() -> None:
    frames, detections = random_frames(30, seed=2)
    evaluation = evaluate(frames, detections)
    chosen = [3, 17, 4, 29]
    some = evaluation.scores(chosen)
    assert (some.map, some.ap50) == pytest.approx(by_pycocotools(frames, detections, chosen), abs=1e-12)
    assert some.frames == 4
    assert evaluation.scores() == evaluation.scores(list(range(30)))


def one_frame(targets: Targets, boxes: list[list[float]]) -> tuple[Frames, list[Detections]]:
    scores = np.linspace(0.9, 0.5, len(boxes), dtype=np.float32)
    found = Detections(np.array(boxes, np.float32).reshape(-1, 4), scores, np.full(len(boxes), 3))
    return Frames([targets]), [found]


CAR = [100.0, 100.0, 140.0, 130.0]
FAR = [10.0, 10.0, 30.0, 24.0]


def test_an_ignored_box_is_neither_hit_nor_miss() -> None:
    boxes = np.array([CAR, FAR], np.float32)
    targets = Targets(boxes, np.array([3, 3]), np.array([False, True]))
    assert mean_average_precision(*one_frame(targets, [FAR, CAR])).map == pytest.approx(1.0)
    assert mean_average_precision(*one_frame(targets, [CAR])).map == pytest.approx(1.0)
    counted = Targets(boxes, np.array([3, 3]), np.array([False, False]))
    assert mean_average_precision(*one_frame(counted, [CAR])).map == pytest.approx(51 / 101)


def test_a_crowd_excuses_all_that_lies_in_it() -> None:
    boxes = np.array([CAR, [200, 100, 400, 300]], np.float32)
    crowd = np.array([False, True])
    inside = [[210.0, 110.0, 240.0, 130.0], [300.0, 200.0, 340.0, 230.0]]
    targets = Targets(boxes, np.array([3, 3]), crowd, crowd=crowd)
    assert mean_average_precision(*one_frame(targets, [*inside, CAR])).map == pytest.approx(1.0)
    merely_ignored = Targets(boxes, np.array([3, 3]), crowd)
    assert mean_average_precision(*one_frame(merely_ignored, [*inside, CAR])).map == pytest.approx(1 / 3)


def test_detections_and_boxes_centred_in_an_ignore_region_do_not_count() -> None:
    region = np.array([[0, 0, 400, 60]], np.float32)
    targets = Targets(np.array([CAR, FAR], np.float32), np.array([3, 3]), np.zeros(2, bool), region)
    stray = [200.0, 20.0, 240.0, 50.0]
    assert mean_average_precision(*one_frame(targets, [stray, CAR])).map == pytest.approx(1.0)
    below = [200.0, 70.0, 240.0, 90.0]
    assert mean_average_precision(*one_frame(targets, [below, CAR])).map == pytest.approx(0.5)


def test_a_detection_in_a_region_may_still_hit_a_box_outside() -> None:
    """The box's centre lies just below the region, the detection's just inside it."""
    region = np.array([[0, 0, 400, 60]], np.float32)
    targets = Targets(np.array([[50, 41, 90, 81]], np.float32), np.array([3]), np.zeros(1, bool), region)
    assert mean_average_precision(*one_frame(targets, [[50, 39, 90, 79]])).ap50 == pytest.approx(1.0)


def test_merged_classes_count_a_truck_found_as_a_car() -> None:
    targets = Targets(np.array([CAR], np.float32), np.array([8]), np.zeros(1, bool))
    frames, detections = one_frame(targets, [CAR])
    assert mean_average_precision(frames, detections).map == 0.0
    merged = mean_average_precision(frames, detections, parse_classes("vehicle=car+truck"))
    assert merged.per_class == {"vehicle": pytest.approx((1.0, 1.0))}


def test_no_ground_truth_at_all_is_nan() -> None:
    frames, detections = one_frame(
        Targets(np.zeros((0, 4), np.float32), np.zeros(0, int), np.zeros(0, bool)), [CAR]
    )
    scores = mean_average_precision(frames, detections)
    assert np.isnan(scores.map) and scores.per_class == {}


def test_unknown_and_malformed_classes_are_user_errors() -> None:
    frames, detections = random_frames(2, seed=3)
    with pytest.raises(TurboError, match=r"no class 'trcuk'.*did you mean 'truck'"):
        evaluate(frames, detections, parse_classes("vehicle=car+trcuk"))
    with pytest.raises(TurboError, match="--classes"):
        parse_classes("=car")
    assert parse_classes("vehicle=car+bus, person") == {"vehicle": ("car", "bus"), "person": ("person",)}


def test_threads_that_evaluate_leave_the_output_as_it_was() -> None:
    frames, detections = random_frames(20, 0)
    before = sys.stdout
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: evaluate(frames, detections).scores().map, range(64)))
    assert sys.stdout is before
