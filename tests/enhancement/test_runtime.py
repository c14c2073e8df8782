"""Other precisions, layouts and compilation: the same boxes, but for rounding."""

import shutil
from pathlib import Path

import pytest
import torch

from tests.detectors.random_weights import random_faster_rcnn
from tests.enhancement.test_enhancer import TRAINED, assert_same, images
from tests.enhancement.test_loading import provenance_of
from tests.profiling.streets import make_enhancer
from tests.small_detector import SmallDetector
from turbo_cli.artifacts import enhancer as artifact
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.base import copy_detector, hash_state
from turbo_cli.enhancement import Runtime, load_enhancer
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.loading import enhancer_weights
from turbo_cli.enhancement.runtime import Precision

PLAN = [0, 1, 2, 3, 4, 5]

RUNTIMES = {
    "channels last": (Runtime(channels_last=True), 1e-5),
    "bfloat16": (Runtime("bfloat16"), 0.02),
    "float16": (Runtime("float16"), 0.005),
    "bfloat16, channels last": (Runtime("bfloat16", channels_last=True), 0.02),
}


def loaded(folder: Path, runtime: Runtime) -> Enhancer:
    path = folder / "enhancer.safetensors"
    artifact.write(path, enhancer_weights(TRAINED, provenance_of(TRAINED)))
    return load_enhancer(path, SmallDetector(), runtime)


@pytest.mark.parametrize("name", RUNTIMES)
def test_boxes_stay_where_they_are_in_both_executions_and_orders(name: str, tmp_path: Path) -> None:
    runtime, tolerance = RUNTIMES[name]
    enhancer, batch = loaded(tmp_path, runtime), images(6)
    expected = TRAINED.run(batch, PLAN)
    for found in (
        enhancer.run(batch, PLAN),
        enhancer.run(batch, PLAN, "per-level"),
        enhancer.enhance(enhancer.detect(batch), PLAN)[0],
    ):
        assert_same(found, expected, tolerance)
    assert hash_state(enhancer.detector) == enhancer.detector.weights_hash


def test_half_precision_is_at_work_and_float32_is_the_default(tmp_path: Path) -> None:
    features = loaded(tmp_path, Runtime("bfloat16")).detect(images(1)).features
    assert {maps.dtype for maps in features} == {torch.bfloat16}
    assert {maps.dtype for maps in TRAINED.detect(images(1)).features} == {torch.float32}


def test_images_in_the_wanted_layout_are_not_copied() -> None:
    batch = images(2)
    assert Runtime().arrange(batch) is batch
    arranged = Runtime(channels_last=True).arrange(batch)
    assert arranged.is_contiguous(memory_format=torch.channels_last)
    assert Runtime(channels_last=True).arrange(arranged) is arranged


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_real_heads_find_boxes_in_half_precision(precision: Precision) -> None:
    """An untrained level finds what level 0 finds, also in half precision."""
    for detector in (load_detector("tiny"), copy_detector(random_faster_rcnn())):
        enhancer = make_enhancer(trained=False, detector=detector)
        enhancer.runtime = Runtime(precision)
        batch = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
        assert_same(enhancer.run(batch, [4]), enhancer.run(batch, [0]))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_compiled_parts_find_the_same_boxes_for_batches_of_any_size(tmp_path: Path) -> None:
    enhancer = loaded(tmp_path, Runtime(compile=True))
    for count in (6, 3):
        batch = images(count)
        assert_same(enhancer.run(batch, PLAN[:count]), TRAINED.run(batch, PLAN[:count]), 1e-5)
