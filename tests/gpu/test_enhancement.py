"""Plans on a CUDA device: both executions and both orders, in every precision, see the same."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.gpu.test_detectors import assert_sees
from tests.profiling.streets import make_enhancer
from turbo_cli.boxes import Detections
from turbo_cli.data import open_dataset
from turbo_cli.detectors import load_detector
from turbo_cli.detectors.base import hash_state
from turbo_cli.enhancement import Runtime, load_enhancer
from turbo_cli.enhancement.enhancer import Enhancer

pytestmark = pytest.mark.gpu

RUNTIMES = {
    "float32": Runtime(),
    "channels last": Runtime(channels_last=True),
    "bfloat16": Runtime("bfloat16"),
    "float16, channels last": Runtime("float16", channels_last=True),
    "compiled": Runtime(compile=True),
}


def on(device: str, runtime: Runtime = RUNTIMES["float32"]) -> Enhancer:
    return load_enhancer("tiny", load_detector("tiny", device=device), runtime)


def batch(street: Path, enhancer: Enhancer) -> torch.Tensor:
    dataset = open_dataset(street)
    images, _ = enhancer.detector.prepare([dataset.frame(row) for row in range(len(dataset))])
    return images


@pytest.mark.parametrize("name", RUNTIMES)
def test_random_plans_see_what_the_processor_sees(street: Path, name: str) -> None:
    reference, enhancer = on("cpu"), on("cuda", RUNTIMES[name])
    images, random = batch(street, reference), np.random.default_rng(0)
    there = images.to("cuda")
    for _ in range(3):
        plan = random.integers(0, 6, len(images)).tolist()
        expected = reference.run(images, plan)
        assert sum(len(here.above(0.6)) for here in expected) > 20
        for found in (
            enhancer.run(there, plan),
            enhancer.run(there, plan, "per-level"),
            enhancer.enhance(enhancer.detect(there), plan)[0],
        ):
            assert_same(found, expected, 1.5 if enhancer.runtime.precision == "float32" else 4.0)
    assert hash_state(enhancer.detector) == enhancer.detector.weights_hash


@pytest.mark.parametrize("level", range(1, 6))
def test_an_untrained_level_sees_what_level_0_sees(street: Path, level: int) -> None:
    detector = load_detector("tiny", device="cuda")
    enhancer = make_enhancer(trained=False, detector=detector).to("cuda")
    images = batch(street, enhancer)
    assert_same(enhancer.run(images, [level] * len(images)), enhancer.run(images, [0] * len(images)), 1.5)


def assert_same(found: list[Detections], expected: list[Detections], pixels: float) -> None:
    """What either is sure of, the other sees as well."""
    for there, here in zip(found, expected, strict=True):
        assert_sees(there, here.above(0.6), pixels)
        assert_sees(here, there.above(0.6), pixels)


def test_difficulties_are_those_of_the_processor(street: Path) -> None:
    here, there = on("cpu"), on("cuda")
    images = batch(street, here)
    expected = here.predict_difficulties(images)
    np.testing.assert_allclose(there.predict_difficulties(images.to("cuda")), expected, atol=0.02)
