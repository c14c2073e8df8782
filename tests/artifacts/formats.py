"""Every format with a hypothesis strategy of its values, for the tests that hold for all of them."""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from torch import Tensor

from turbo_cli.artifacts import (
    accuracy,
    dataset,
    detections,
    detector,
    difficulty,
    enhancer,
    gan,
    latency,
    plan,
    roi_scores,
    trace,
)
from turbo_cli.artifacts.metadata import Provenance
from turbo_cli.artifacts.rows import Table
from turbo_cli.boxes import Detections

HASH = "0123456789abcdef" * 4

shares = st.floats(0, 1)
times_ms = st.floats(0, 1e6)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
).filter(lambda value: "inf" not in repr(value))
settings = st.dictionaries(texts, json_values, max_size=3)


def provenances() -> st.SearchStrategy[Provenance]:
    moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
    return st.builds(
        Provenance,
        detector=names.filter(bool),
        detector_weights_hash=st.none() | st.just(HASH),
        tool_version=st.just("0.1.0"),
        created=moments,
        seed=st.none() | st.integers(0, 2**63),
        settings=settings,
        parents=st.dictionaries(names, st.just(HASH), max_size=2),
    )


def tables(rows: st.SearchStrategy[Any]) -> st.SearchStrategy[Table[Any]]:
    return st.builds(Table, provenances(), rows.map(tuple))


@st.composite
def difficulty_rows(draw: st.DrawFn) -> list[difficulty.FrameDifficulty]:
    frames = draw(st.sets(st.tuples(names, st.integers(0, 10**9)), max_size=6))
    return [draw(_difficulty_row(camera, index)) for camera, index in sorted(frames)]


@st.composite
def _difficulty_row(draw: st.DrawFn, camera: str, index: int) -> difficulty.FrameDifficulty:
    if draw(st.booleans()):
        return difficulty.FrameDifficulty(camera=camera, index=index, rois=0, class_="empty")
    confidence = draw(shares)
    return difficulty.FrameDifficulty(
        camera=camera,
        index=index,
        confidence=confidence,
        difficulty=1 - confidence,
        rois=draw(st.integers(0, 100)),
        class_=draw(st.sampled_from(["easy", "hard"])),
    )


@st.composite
def roi_scores_rows(draw: st.DrawFn) -> list[roi_scores.FrameScores]:
    frames = draw(st.sets(st.tuples(names, st.integers(0, 10**9)), max_size=6))
    return [draw(_roi_scores_row(camera, index)) for camera, index in sorted(frames)]


@st.composite
def _roi_scores_row(draw: st.DrawFn, camera: str, index: int) -> roi_scores.FrameScores:
    objects = draw(st.none() | st.integers(0, 9))
    return roi_scores.FrameScores(
        camera=camera,
        index=index,
        scores=tuple(draw(st.lists(shares, max_size=4))),
        objects=objects,
        small_objects=None if objects is None else draw(st.integers(0, objects)),
        average_precision=draw(shares) if objects else None,
    )


@st.composite
def _latency_row(draw: st.DrawFn) -> latency.PieceLatency:
    median, p95, p99 = sorted(draw(st.tuples(times_ms, times_ms, times_ms)))
    source = draw(st.sampled_from(["measured", "estimated", "published"]))
    optional: dict[str, Any] = {}
    if source == "measured":
        optional = {"median_ms": median, "p95_ms": p95, "p99_ms": p99, "runs": draw(st.integers(1, 10**6))}
    return latency.PieceLatency(
        piece=draw(st.sampled_from(["encode", "head", "layer-1", "layer-5", "level-0"])),
        batch_size=draw(st.integers(1, 64)),
        mean_ms=draw(times_ms),
        source=source,  # type: ignore[arg-type]
        memory_peak_bytes=draw(st.none() | st.integers(0, 2**40)),
        temperature_c=draw(st.none() | st.floats(-50, 150)),
        **optional,
    )


@st.composite
def _accuracy_row(draw: st.DrawFn) -> accuracy.LevelGain:
    bucket, level = draw(st.integers(0, 9)), draw(st.integers(0, 5))
    return accuracy.LevelGain(
        reading=draw(st.sampled_from(["true", "predicted"])),
        difficulty_from=bucket / 10,
        difficulty_to=(bucket + 1) / 10,
        level=level,
        gain=draw(st.floats(-1, 1)) if level else 0.0,
        standard_error=draw(shares),
        frames=draw(st.integers(0, 10**6)),
        source=draw(st.sampled_from(["measured", "assumed"])),
        raw_gain=draw(st.none() | st.floats(-1, 1)),
    )


@st.composite
def trace_rows(draw: st.DrawFn) -> list[trace.TracedFrame]:
    frames = sorted(draw(st.sets(st.tuples(names, st.integers(0, 10**6)), max_size=6)))
    arrivals = sorted(draw(st.lists(st.floats(0, 1e5), min_size=len(frames), max_size=len(frames))))
    return [
        draw(_trace_row(camera, index, arrived))
        for (camera, index), arrived in zip(frames, arrivals, strict=True)
    ]


@st.composite
def _trace_row(draw: st.DrawFn, camera: str, index: int, arrived: float) -> trace.TracedFrame:
    if not draw(st.booleans()):
        return trace.TracedFrame(camera, index, arrived, sent=False, reason=draw(names))
    return trace.TracedFrame(
        camera,
        index,
        arrived,
        sent=True,
        reason=draw(names),
        window=draw(st.integers(0, 10**6)),
        level=draw(st.integers(0, 5)),
        difficulty=draw(st.none() | shares),
        predicted_difficulty=draw(st.none() | shares),
        deadline_at_s=draw(st.none() | st.floats(0, 1e6)),
        done_at_s=draw(st.none() | st.floats(arrived, 1e6)),
    )


@st.composite
def plan_rows(draw: st.DrawFn) -> list[plan.WindowPlan]:
    return [draw(_plan_row(window)) for window in sorted(draw(st.sets(st.integers(0, 10**6), max_size=4)))]


@st.composite
def _plan_row(draw: st.DrawFn, window: int) -> plan.WindowPlan:
    count = draw(st.integers(0, 4))
    return plan.WindowPlan(
        window=window,
        started_at_s=draw(times_ms),
        budget_ms=draw(st.floats(-1e6, 1e6)),
        cameras=tuple(draw(st.lists(names, min_size=count, max_size=count))),
        indices=tuple(range(count)),
        difficulties=tuple(draw(st.lists(shares, min_size=count, max_size=count))),
        levels=tuple(draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))),
        predicted_latency_ms=draw(times_ms),
        predicted_gain=draw(st.floats(-10, 10)),
        bound=draw(st.floats(-10, 10)),
        solver=draw(st.sampled_from(["paper", "turbo", "exact"])),
        solve_ms=draw(times_ms),
        order=draw(st.sampled_from(["discriminate-first", "detect-first"])),
        execution=draw(st.sampled_from(["staged", "per-level"])),
        overloaded=draw(st.booleans()),
        measured_latency_ms=draw(st.none() | times_ms),
    )


def _tensors() -> st.SearchStrategy[Tensor]:
    shapes = npst.array_shapes(min_dims=0, max_dims=3, max_side=3)
    floating = npst.arrays(
        np.float32, shapes, elements=st.floats(width=32, allow_nan=False, allow_infinity=False)
    )
    counts = npst.arrays(np.int64, shapes)
    return (floating | counts).map(lambda array: torch.from_numpy(np.asarray(array)))


states = st.dictionaries(st.text("abc.01", min_size=1, max_size=6), _tensors(), min_size=1, max_size=3)


@st.composite
def _knots(draw: st.DrawFn) -> enhancer.Calibration:
    logits = sorted(draw(st.sets(st.floats(-100, 100), min_size=1, max_size=5)))
    difficulties = sorted(draw(st.lists(shares, min_size=len(logits), max_size=len(logits))), reverse=True)
    return tuple(zip(logits, difficulties, strict=True))


@st.composite
def _found(draw: st.DrawFn) -> Detections:
    count = draw(st.integers(1, 4))
    # No subnormal numbers: pixels have none, and not every libc adds them exactly.
    pixels = npst.arrays(np.float32, (count, 2), elements=st.floats(0, 4096, width=32, allow_subnormal=False))
    left_top, size = draw(pixels), draw(pixels)
    scores = draw(npst.arrays(np.float32, count, elements=st.floats(0, 1, width=32)))
    ids = draw(npst.arrays(np.int64, count, elements=st.integers(1, 1100)))
    return Detections(np.concatenate([left_top, left_top + size], axis=1), -np.sort(-scores), ids)


@st.composite
def _datasets(draw: st.DrawFn) -> dataset.DatasetFile:
    ids = sorted(draw(st.sets(st.integers(0, 1000), min_size=1, max_size=4)))
    boxes = st.tuples(*[st.floats(-1e4, 1e4)] * 4)
    images = tuple(
        dataset.Image(
            id=number,
            width=draw(st.integers(1, 4000)),
            height=draw(st.integers(1, 4000)),
            file_name=draw(st.none() | texts),
            camera=draw(texts),
            frame_index=position,
            timestamp=draw(st.floats(0, 1e6)),
            ignore_regions=tuple(draw(st.lists(boxes, max_size=2))),
        )
        for position, number in enumerate(ids)
    )
    annotations = tuple(
        dataset.Annotation(
            id=number,
            image_id=draw(st.sampled_from(ids)),
            category_id=3,
            bbox=draw(boxes),
            area=draw(times_ms),
            score=draw(st.none() | shares),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    sequence = dataset.Sequence(camera="a", fps=10, image_ids=tuple(ids), timestamps=tuple(map(float, ids)))
    return dataset.DatasetFile(
        images=images,
        annotations=annotations,
        categories=(dataset.Category(id=3, name="car"),),
        sequences=draw(st.sampled_from([(), (sequence,)])),
        info=draw(settings),
    )


@dataclass(frozen=True)
class Format:
    """One format. hashed: any change to the file is noticed (a COCO result list has no room for a hash)."""

    name: str
    file_name: str
    read: Callable[..., Any]
    write: Callable[[Path, Any], None]
    values: st.SearchStrategy[Any]
    hashed: bool = True


def _csv(name: str, module: Any, rows: st.SearchStrategy[Any]) -> Format:
    return Format(name, f"{name}.csv", module.read, module.write, tables(rows))


CSV_FORMATS = [
    _csv("difficulty", difficulty, difficulty_rows()),
    _csv(
        "latency",
        latency,
        st.lists(_latency_row(), max_size=5, unique_by=lambda row: (row.piece, row.batch_size)),
    ),
    _csv(
        "accuracy",
        accuracy,
        st.lists(
            _accuracy_row(), max_size=5, unique_by=lambda row: (row.reading, row.difficulty_from, row.level)
        ),
    ),
    _csv("trace", trace, trace_rows()),
]


def _json_lines(name: str, module: Any, rows: st.SearchStrategy[Any]) -> Format:
    return Format(name, f"{name}.jsonl", module.read, module.write, tables(rows))


ROW_FORMATS = [
    *CSV_FORMATS,
    _json_lines("plan", plan, plan_rows()),
    _json_lines("roi_scores", roi_scores, roi_scores_rows()),
]
WEIGHTS_FORMATS = [
    Format(
        "gan",
        "gan.safetensors",
        gan.read,
        gan.write,
        st.builds(gan.GanWeights, provenances(), states, states, states, settings, states),
    ),
    Format(
        "enhancer",
        "enhancer.safetensors",
        enhancer.read,
        enhancer.write,
        st.builds(
            enhancer.EnhancerWeights,
            provenances(),
            states,
            states,
            calibration=_knots(),
            training_cameras=st.lists(texts, max_size=3).map(tuple),
            levels=st.sets(st.integers(1, 5)).map(sorted).map(tuple),
            architecture=settings,
        ),
    ),
    Format(
        "detector",
        "tiny.safetensors",
        detector.read,
        detector.write,
        st.builds(
            detector.DetectorWeights,
            provenances(),
            states,
            categories=st.dictionaries(st.integers(1, 1100), texts, max_size=3),
            input_size=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
            architecture=settings,
            model_card=settings,
        ),
    ),
]
FORMATS = [
    *ROW_FORMATS,
    *WEIGHTS_FORMATS,
    Format("dataset", "dataset.json", dataset.read, dataset.write, _datasets()),
    Format(
        "detections",
        "boxes.json",
        detections.read,
        detections.write,
        st.dictionaries(st.integers(0, 1000), _found(), max_size=3),
        hashed=False,
    ),
]


def equal(one: Any, other: Any) -> bool:
    """Equality that looks into tensors, arrays and the dataclasses that hold them, types included."""
    if isinstance(one, Tensor):
        return one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if is_dataclass(one):
        return type(one) is type(other) and all(
            equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    return bool(one == other)
