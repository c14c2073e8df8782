"""COCO average precision through pycocotools, honouring ignored boxes and regions."""

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pycocotools.cocoeval import COCOeval

from turbo_cli.boxes import Detections, FloatArray, Targets, centres_inside, xyxy_to_xywh
from turbo_cli.errors import TurboError, nearest

Classes = Mapping[str, Sequence[str]]
"""Class names to judge by, each with the dataset's classes that are merged into it."""

MAX_DETECTIONS = 100

IOUS = 10
"""How many thresholds from IoU 0.50 to 0.95 there are."""


ALL = "all"
"""The row of `scores_by_camera` that holds every camera."""


class InCamera(Protocol):
    """A frame that knows its camera."""

    @property
    def camera(self) -> str:
        """The camera's name."""
        ...


class Labelled(Protocol):
    """What the metrics want of a dataset: frames with ground truth."""

    @property
    def categories(self) -> dict[int, str]:
        """Class names by COCO id."""
        ...

    def __len__(self) -> int: ...

    def targets(self, index: int) -> Targets:
        """The ground truth of one frame."""
        ...


class LabelledByCamera(Labelled, Protocol):
    """A labelled dataset that knows which camera each frame is of."""

    @property
    def frames(self) -> Sequence[InCamera]:
        """One entry a frame."""
        ...


@dataclass(frozen=True)
class Scores:
    """COCO scores in [0, 1]; NaN where there is no ground truth to find.

    map: AP averaged over IoU 0.50…0.95 and classes. ap50, ap75: AP at one IoU, averaged over classes.
    per_class: (map, ap50) of each class that has ground truth. frames: how many were judged.
    """

    map: float
    ap50: float
    ap75: float
    per_class: dict[str, tuple[float, float]]
    frames: int


@dataclass(frozen=True, eq=False)
class Matches:
    """One class's D detections of all frames, best score first, matched to the ground truth.

    frames: (D,) int64, the frame of each. scores: (D,). hits: (10, D) bool, whether each finds a box at IoU
    0.50, 0.55, … 0.95. counted: (10, D) bool; what is not counted is neither hit nor false positive.
    truth: (frames,) int64, the boxes to be found in each frame.
    """

    frames: NDArray[np.int64]
    scores: NDArray[np.float64]
    hits: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    truth: NDArray[np.int64]

    def select(self, rows: NDArray[np.int64]) -> "Matches":
        """Those of the frames `rows` alone, which are numbered anew from 0 in that order."""
        place = np.full(len(self.truth), -1)
        place[rows] = np.arange(len(rows))
        frames = place[self.frames]
        kept = frames >= 0
        hits, counted = self.hits[:, kept], self.counted[:, kept]
        return Matches(frames[kept], self.scores[kept], hits, counted, self.truth[rows])


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Detections matched to ground truth once, to be scored over any frames, also repeated ones."""

    _coco: "_CocoEvaluation"
    _class_names: tuple[str, ...]
    frames: int

    def scores(self, frames: Sequence[int] | NDArray[np.int64] | None = None) -> Scores:
        """The scores over some frames (all by default); a frame named twice counts twice (bootstrap)."""
        chosen = np.arange(self.frames) if frames is None else np.asarray(frames, np.int64)
        precision = self._coco.precision(chosen)
        per_class = {
            name: (_mean(precision[..., k]), _mean(precision[0, :, k]))
            for k, name in enumerate(self._class_names)
            if (precision[..., k] > -1).any()
        }
        return Scores(_mean(precision), _mean(precision[0]), _mean(precision[5]), per_class, len(chosen))

    def matches(self) -> dict[str, Matches]:
        """What was matched to what, by class."""
        return {name: self._coco.matches(k, self.frames) for k, name in enumerate(self._class_names)}

    def frame_scores(self) -> NDArray[np.float64]:
        """(frames, 2) map and AP50 of each frame alone; NaN for a frame without ground truth."""
        return np.array([_map_and_ap50(self._coco.precision(np.array([i]))) for i in range(self.frames)])


def mean_average_precision(
    dataset: Labelled, detections: Sequence[Detections], classes: Classes | None = None
) -> Scores:
    """COCO scores of `detections[i]` against `dataset.targets(i)`; see `evaluate` for what counts."""
    return evaluate(dataset, detections, classes).scores()


def scores_by_camera(
    dataset: LabelledByCamera, detections: Sequence[Detections], classes: Classes | None = None
) -> dict[str, Scores]:
    """COCO scores of each camera's frames alone, and of all frames under `ALL`, which comes last."""
    evaluation = evaluate(dataset, detections, classes)
    rows: dict[str, list[int]] = {}
    for index, frame in enumerate(dataset.frames):
        rows.setdefault(frame.camera, []).append(index)
    return {camera: evaluation.scores(chosen) for camera, chosen in rows.items()} | {ALL: evaluation.scores()}


def evaluate(
    dataset: Labelled, detections: Sequence[Detections], classes: Classes | None = None
) -> Evaluation:
    """Match the detections of every frame to its ground truth at IoU 0.50, 0.55, … 0.95.

    classes: judge by these only, merged as they say; all of the dataset's classes by default.
    An ignored box, and a box whose centre lies in an ignore region, is neither hit nor miss; a detection
    whose centre lies in an ignore region counts only if it hits a box that is not ignored. A crowd excuses
    any number of detections that lie in it, as COCO has it.
    Raises `TurboError` for classes that the dataset lacks.
    """
    if len(detections) != len(dataset):
        raise ValueError(f"{len(detections)} detections for {len(dataset)} frames")
    merged = {name: (name,) for name in dataset.categories.values()} if classes is None else classes
    class_of = class_of_category(dataset.categories, merged)
    coco = _CocoEvaluation(len(dataset), len(merged))
    for index, found in enumerate(detections):
        coco.add_frame(index, dataset.targets(index), found, class_of)
    coco.match()
    return Evaluation(coco, tuple(merged), len(dataset))


def judged_categories(dataset: Labelled, classes: Classes | None = None) -> set[int]:
    """The ids that `evaluate` judges by. Raises `TurboError` for classes that the dataset lacks."""
    if classes is None:
        return set(dataset.categories)
    return set(class_of_category(dataset.categories, classes))


def parse_classes(text: str) -> dict[str, tuple[str, ...]]:
    """`"vehicle=car+bus+truck,person"` → class names with the classes merged into each."""
    classes = {}
    for part in text.split(","):
        name, merges, listed = (piece.strip() for piece in part.partition("="))
        members = tuple(member.strip() for member in listed.split("+")) if merges else (name,)
        if not name or name in classes or not all(members):
            raise TurboError(f"--classes: {part!r} is empty or named twice", "write vehicle=car+bus,person")
        classes[name] = members
    return classes


def check_classes(categories: Mapping[int, str], merged: Classes) -> None:
    """Raise `TurboError` at once if the dataset has not all the classes that `merged` names."""
    if not categories:
        raise TurboError("--classes: the source has no labels to judge by", "leave it out")
    class_of_category(categories, merged)


def class_of_category(categories: Mapping[int, str], merged: Classes) -> dict[int, int]:
    """The position in `merged` of each judged category. Raises `TurboError` for an unknown class."""
    numbers = {name: number for number, name in categories.items()}
    class_of = {}
    for k, members in enumerate(merged.values()):
        for member in members:
            if member not in numbers:
                raise TurboError(f"no class {member!r} in the dataset", nearest(member, numbers))
            class_of[numbers[member]] = k
    return class_of


class _CocoEvaluation(COCOeval):  # type: ignore[misc]
    """pycocotools' matching and accumulation, fed from arrays instead of COCO objects.

    pycocotools overwrites `ignore` by `iscrowd` and knows no ignore regions, so both are put in here.
    """

    def __init__(self, frames: int, classes: int) -> None:
        super().__init__(iouType="bbox")
        self.params.imgIds = list(range(frames))
        self.params.catIds = list(range(classes))
        self.params.maxDets = [MAX_DETECTIONS]
        self.params.areaRng, self.params.areaRngLbl = [[0, 1e10]], ["all"]
        self._ground_truth: dict[tuple[int, int], list[dict[str, Any]]] = {}
        self._found: dict[tuple[int, int], list[dict[str, Any]]] = {}
        self._matches: list[Any] = []

    def add_frame(self, index: int, targets: Targets, found: Detections, class_of: dict[int, int]) -> None:
        """File one frame's boxes by class."""
        regions = targets.ignore_regions_xyxy
        ignored = targets.ignore | centres_inside(targets.boxes_xyxy, regions)
        excused = centres_inside(found.boxes_xyxy, regions)
        crowd = np.zeros(len(targets), bool) if targets.crowd is None else targets.crowd
        truth = _entries(targets.boxes_xyxy, ignore=ignored.astype(int), iscrowd=crowd.astype(int))
        results = _entries(found.boxes_xyxy, score=found.scores, excused=excused)
        for store, ids, boxes in (
            (self._ground_truth, targets.category_ids, truth),
            (self._found, found.category_ids, results),
        ):
            for category, box in zip(ids.tolist(), boxes, strict=True):
                if category in class_of:
                    store.setdefault((index, class_of[category]), []).append(box)

    def match(self) -> None:
        """Match every frame and class once."""
        with _silence():
            self.evaluate()
        self._matches = self.evalImgs

    def precision(self, frames: NDArray[np.int64]) -> NDArray[np.float64]:
        """(10 IoUs, 101 recalls, classes) precision over the frames; −1 where there is no ground truth."""
        total = len(self._paramsEval.imgIds) if self._matches else 0
        classes = len(self.params.catIds)
        self.evalImgs = [self._matches[k * total + i] for k in range(classes) for i in frames]
        parameters = self._paramsEval
        everything = parameters.imgIds
        parameters.imgIds = list(range(len(frames)))
        try:
            with _silence():
                self.accumulate(parameters)
        finally:
            parameters.imgIds = everything
        precision: NDArray[np.float64] = self.eval["precision"][:, :, :, 0, 0]
        return precision

    def matches(self, class_number: int, frames: int) -> Matches:
        """The matches of one class; ties in score keep the order of the frames, as in pycocotools."""
        of_class = self._matches[class_number * frames : (class_number + 1) * frames]
        found = [(i, match) for i, match in enumerate(of_class) if match is not None]
        scores = _joined([match["dtScores"] for _, match in found])
        order = np.argsort(-scores, kind="mergesort")
        counts = [len(match["dtScores"]) for _, match in found]
        truth = np.zeros(frames, np.int64)
        for i, match in found:
            truth[i] = np.count_nonzero(np.logical_not(match["gtIgnore"]))
        return Matches(
            frames=np.repeat(np.array([i for i, _ in found], np.int64), counts)[order],
            scores=scores[order],
            hits=_joined([match["dtMatches"] for _, match in found], IOUS)[:, order] > 0,
            counted=_joined([match["dtIgnore"] for _, match in found], IOUS)[:, order] == 0,
            truth=truth,
        )

    def _prepare(self) -> None:
        self._gts, self._dts = _Missing(self._ground_truth), _Missing(self._found)

    def evaluateImg(self, imgId: int, catId: int, aRng: Any, maxDet: int) -> Any:  # noqa: N802, N803
        """pycocotools' own matching, after which unmatched detections in ignore regions are excused."""
        result = super().evaluateImg(imgId, catId, aRng, maxDet)
        if result is not None:
            excused = {box["id"] for box in self._dts[imgId, catId] if box["excused"]}
            in_region = np.array([number in excused for number in result["dtIds"]], bool)
            free = (result["dtMatches"] == 0) & in_region
            result["dtIgnore"] = np.logical_or(result["dtIgnore"], free)
        return result


_SILENT = Lock()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Without pycocotools' prints; one thread at a time, for the stream is swapped under all of them."""
    with _SILENT, contextlib.redirect_stdout(io.StringIO()):
        yield


class _Missing(dict[tuple[int, int], list[dict[str, Any]]]):
    def __missing__(self, key: tuple[int, int]) -> list[dict[str, Any]]:
        return []


def _entries(boxes_xyxy: FloatArray, **columns: NDArray[Any]) -> list[dict[str, Any]]:
    """One COCO record a box; ids start at 1 because pycocotools reads 0 as no match."""
    boxes = xyxy_to_xywh(boxes_xyxy).astype(np.float64).tolist()
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [
        {"id": number, "bbox": box, "area": box[2] * box[3], **dict(zip(columns, row, strict=True))}
        for number, (box, row) in enumerate(zip(boxes, rows, strict=True), 1)
    ]


def _joined(parts: list[Any], *shape: int) -> NDArray[np.float64]:
    return np.concatenate([np.zeros((*shape, 0)), *parts], axis=-1)


def _mean(precision: NDArray[np.float64]) -> float:
    known = precision[precision > -1]
    return float(known.mean()) if known.size else float("nan")


def _map_and_ap50(precision: NDArray[np.float64]) -> tuple[float, float]:
    return _mean(precision), _mean(precision[0])
