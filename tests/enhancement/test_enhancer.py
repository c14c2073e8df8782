"""Plans at work: identity of an untrained enhancer, both executions, both orders."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_detector import SmallDetector
from turbo_cli.boxes import Detections
from turbo_cli.detectors.base import hash_state
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import LEVELS, Enhancer
from turbo_cli.enhancement.execution import enhance_sorted, enhanced_levels

PLANS = st.lists(st.integers(0, 5), min_size=1, max_size=6)


def make_enhancer(trained: bool) -> Enhancer:
    detector = SmallDetector()
    decoder = Decoder(detector.channels)
    if trained:
        generator = torch.Generator().manual_seed(3)
        for parameter in decoder.parameters():
            torch.nn.init.normal_(parameter, std=0.2, generator=generator)
    falling = Calibration(np.array([-1.0, 1.0]), np.array([0.8, 0.2]))
    return Enhancer(detector, decoder, FrameDiscriminator(), falling)


TRAINED, UNTRAINED = make_enhancer(trained=True), make_enhancer(trained=False)


def images(count: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, 3, 32, 64, generator=torch.Generator().manual_seed(seed))


def plain(enhancer: Enhancer, batch: torch.Tensor) -> list[Detections]:
    return enhancer.detector.detect(enhancer.detector.encode(batch))


def assert_same(found: Sequence[Detections], expected: Sequence[Detections], tolerance: float = 0.0) -> None:
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=tolerance, rtol=0)
        np.testing.assert_allclose(one.boxes_xyxy, other.boxes_xyxy, atol=64 * tolerance, rtol=0)


@pytest.mark.parametrize("level", range(6))
def test_an_untrained_level_changes_nothing_at_all(level: int) -> None:
    batch = images(3)
    assert_same(UNTRAINED.run(batch, [level] * 3), plain(UNTRAINED, batch))


@pytest.mark.parametrize("first_read", range(1, 6))
def test_the_head_gets_every_map_that_it_reads_and_no_other_is_copied(first_read: int) -> None:
    detector, decoder, levels = SmallDetector(), TRAINED.decoder, [5, 4, 3, 2, 1, 0]
    detector.first_read = first_read
    with torch.inference_mode():
        batch = images(len(levels))
        features = detector.encode(batch)
        found = enhance_sorted(detector, decoder, batch, features, levels)
        at_level = enhanced_levels(detector, decoder, batch, features, LEVELS) | {0: features}
    for stage in range(5):
        if stage + 1 < first_read:
            assert found[stage] is features[stage]
            continue
        for row, level in enumerate(levels):
            torch.testing.assert_close(found[stage][row], at_level[level][stage][row])


@pytest.mark.parametrize("level", range(1, 6))
def test_each_level_is_the_decoder_up_to_its_exit_and_then_the_later_stages(level: int) -> None:
    """The definition in DESIGN, written out for one level, against the batched execution."""
    batch = images(2)
    detector, decoder = TRAINED.detector, TRAINED.decoder
    with torch.no_grad():
        expected = detector.detect(
            enhanced_levels(detector, decoder, batch, detector.encode(batch), [level])[level]
        )
    assert_same(TRAINED.run(batch, [level, level]), expected, 1e-6)
    assert not np.allclose(expected[0].scores, plain(TRAINED, batch)[0].scores)


@settings(max_examples=60, deadline=None)
@given(levels=PLANS, seed=st.integers(0, 99))
def test_staged_and_per_level_execution_give_the_same_boxes(levels: list[int], seed: int) -> None:
    batch = images(len(levels), seed)
    assert_same(TRAINED.run(batch, levels), TRAINED.run(batch, levels, "per-level"), 1e-5)


@settings(max_examples=60, deadline=None)
@given(levels=PLANS, seed=st.integers(0, 99))
def test_both_orders_give_the_same_boxes(levels: list[int], seed: int) -> None:
    batch = images(len(levels), seed)
    found, delivered = TRAINED.enhance(TRAINED.detect(batch), levels)
    assert delivered == levels
    assert_same(found, TRAINED.run(batch, levels), 1e-5)


@pytest.mark.parametrize("pieces_in_time", [0, 1, 3, 6])
def test_when_time_is_up_the_level_0_boxes_are_delivered(pieces_in_time: int) -> None:
    batch = images(3)
    clock = iter(range(100))
    detected = TRAINED.detect(batch)
    found, delivered = TRAINED.enhance(detected, [5, 0, 2], lambda: next(clock) >= pieces_in_time)
    assert delivered == [0, 0, 0]
    assert_same(found, plain(TRAINED, batch))


def test_detect_first_can_be_enhanced_twice_from_the_same_maps() -> None:
    detected = TRAINED.detect(images(3))
    first, _ = TRAINED.enhance(detected, [5, 4, 1])
    second, _ = TRAINED.enhance(detected, [5, 4, 1])
    assert_same(first, second)


def test_running_moves_no_parameter_and_no_statistic_of_the_detector() -> None:
    before = hash_state(TRAINED.detector)
    TRAINED.train()
    TRAINED.run(images(4), [0, 1, 3, 5])
    assert hash_state(TRAINED.detector) == before


def test_a_plan_of_the_wrong_length_or_range_is_refused() -> None:
    with pytest.raises(ValueError, match="levels"):
        TRAINED.run(images(2), [1])
    with pytest.raises(ValueError, match="levels"):
        TRAINED.run(images(2), [1, 6])


def test_gradient_of_every_level_reaches_the_decoder_and_stays_out_of_the_detector() -> None:
    detector, decoder = SmallDetector(), Decoder(SmallDetector().channels)
    batch = images(2)
    features = detector.encode(batch)
    at_level = enhanced_levels(detector, decoder, batch, features, [1, 2, 3, 4, 5])
    for level, maps in at_level.items():
        decoder.zero_grad()
        detector.distill(maps, [values + 1 for values in features]).backward(retain_graph=True)
        addition = decoder.layer(level).addition
        assert addition.weight.grad is not None and addition.weight.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in detector.parameters())


def test_predicted_difficulties_are_calibrated_and_enhanced_images_are_pictures() -> None:
    batch = images(4)
    assert all(0.2 <= theta <= 0.8 for theta in TRAINED.predict_difficulties(batch))
    pictures = TRAINED.enhance_images(batch)
    assert pictures.shape == batch.shape and pictures.min() >= 0 and pictures.max() <= 1
    assert torch.equal(UNTRAINED.enhance_images(batch), batch)
