"""Every backend finds the boxes that torch finds, at any level and for any number of frames."""

import importlib.util
import time
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from tests.detectors.darknet.networks import write_small
from tests.detectors.random_weights import random_faster_rcnn
from tests.enhancement.test_enhancer import assert_same
from tests.profiling.streets import make_enhancer
from tests.small_detector import SmallDetector
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.base import SplitDetector, hash_state
from turbo_cli.enhancement import Enhancer
from turbo_cli.errors import TurboError, TurboWarning
from turbo_cli.serving.backends import checking, choosing, with_backend

TOLERANCE = 1e-3
"""Of scores, and of boxes in units of 64 pixels."""

PLANS = [[0], [0, 0, 0], [5], [2, 5, 0], [1, 3, 4]]


def backend(name: str) -> object:
    missing = importlib.util.find_spec(name) is None or importlib.util.find_spec("onnxscript") is None
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"{name} is not installed"))


BACKENDS = [backend("onnxruntime"), backend("openvino")]


@pytest.fixture(scope="module", autouse=True)
def one_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Exporting takes longest, and both backends read the same models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TURBO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def detectors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SplitDetector]:
    weights = write_small(tmp_path_factory.mktemp("weights"))
    darknet = load_detector("yolov3", str(weights), size=(96, 64))
    return {"tiny": load_detector("tiny", size=(96, 64)), "darknet": darknet}


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("family", ["tiny", pytest.param("darknet", marks=pytest.mark.slow)])
def test_boxes_are_those_of_torch(name: str, family: str, detectors: dict[str, SplitDetector]) -> None:
    enhancer = make_enhancer(trained=True, detector=detectors[family])
    compiled = with_backend(enhancer, name)
    images = torch.rand(3, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    for plan in PLANS:
        batch = images[: len(plan)]
        assert_same(compiled.run(batch, plan), enhancer.run(batch, plan), TOLERANCE)
        detected = compiled.detect(batch)
        assert_same(compiled.enhance(detected, plan)[0], enhancer.run(batch, plan), TOLERANCE)
    assert compiled.detector.weights_hash == hash_state(compiled.detector) == enhancer.detector.weights_hash


@pytest.mark.parametrize("name", BACKENDS)
def test_a_detector_without_enhancer_runs_too(name: str, detectors: dict[str, SplitDetector]) -> None:
    detector = detectors["tiny"]
    compiled = with_backend(detector, name)
    images = torch.rand(2, 3, 64, 96)
    assert_same(compiled.detect(compiled.encode(images)), detector.detect(detector.encode(images)), TOLERANCE)


@pytest.mark.parametrize("name", BACKENDS[:1])
def test_results_beyond_the_tolerance_are_refused_by_name_and_passed_over_by_auto(
    name: str, detectors: dict[str, SplitDetector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "TOLERANCE", 0.0)
    with pytest.raises(TurboError, match=r"onnxruntime: \S+ differs from torch by .* 0 is allowed"):
        with_backend(detectors["tiny"], name)
    monkeypatch.setattr(choosing, "MEASURED", (name,))
    with pytest.warns(TurboWarning, match="passed over: backend onnxruntime"):
        assert with_backend(detectors["tiny"], "auto") is detectors["tiny"]


class SlowDetector(SmallDetector):
    def encode(self, images: Tensor) -> list[Tensor]:
        time.sleep(0.05)
        return super().encode(images)


def test_the_fastest_is_found_by_the_clock() -> None:
    slow = make_enhancer(trained=True, detector=SlowDetector())
    models: list[Enhancer | SplitDetector] = [SlowDetector(), SmallDetector(), slow]
    assert checking.fastest(models, torch.rand(1, 3, 32, 64)) == 1


def test_torch_is_the_enhancer_itself() -> None:
    enhancer = make_enhancer(trained=True)
    assert with_backend(enhancer, "torch") is enhancer


def test_a_detector_of_no_fixed_size_stays_in_torch() -> None:
    detector = random_faster_rcnn()
    assert with_backend(detector, "auto") is detector
    with pytest.raises(TurboError, match=r"frames of any size.*--backend torch"):
        with_backend(detector, "onnxruntime")


def test_unknown_backends_and_missing_packages_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    enhancer: Enhancer = make_enhancer(trained=True)
    with pytest.raises(TurboError, match="did you mean 'openvino'"):
        with_backend(enhancer, "openvno")
    monkeypatch.setitem(choosing.PACKAGES, "onnx", ("no_such_package",))
    with pytest.raises(
        TurboError, match=r"needs the package no_such_package .*pip install 'turbo-cli\[onnx\]'"
    ):
        with_backend(enhancer, "onnxruntime")
