"""Stage two: identity, frozen detector, learning, resuming, what the user may get wrong."""

import dataclasses
from pathlib import Path

import pytest
import torch

from tests.small_detector import SmallDetector
from tests.training.stages import InterruptedAt
from turbo_cli.data import open_dataset
from turbo_cli.detectors.base import hash_state
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.errors import TurboError
from turbo_cli.training.game import Gan
from turbo_cli.training.multiexit import loss_terms, train_decoder
from turbo_cli.training.multiexit_options import (
    LossWeights,
    MultiexitTraining,
    parse_kinds,
    parse_levels,
    parse_losses,
)
from turbo_cli.training.options import Report
from turbo_cli.training.pairs import Pairs
from turbo_cli.training.validation import make_validation

KINDS = ("low-light", "salt-and-pepper")


@pytest.fixture
def options(tmp_path: Path) -> MultiexitTraining:
    return MultiexitTraining(
        out=tmp_path / "enhancer.safetensors",
        iterations=6,
        batch_size=2,
        save_every=2,
        eval_every=3,
        workers=0,
        kinds=KINDS,
    )


def trained(
    folder: Path, options: MultiexitTraining, stop_after: int | None = None, report: Report | None = None
) -> Decoder:
    detector, dataset = SmallDetector(), open_dataset(folder)
    torch.manual_seed(0)
    validation = make_validation(detector, dataset, KINDS, 0, frames=4)
    gan, track = Gan(detector.channels), InterruptedAt(stop_after)
    return train_decoder(detector, gan, dataset, dataset, validation, options, track, report)


def test_training_moves_the_decoder_and_nothing_of_the_detector(
    rectangles: Path, options: MultiexitTraining
) -> None:
    detector = SmallDetector()
    before = hash_state(detector)
    decoder = train_decoder(detector, Gan(detector.channels), open_dataset(rectangles), None, None, options)
    assert hash_state(detector) == before
    for level in range(1, 6):
        assert decoder.layer(level).addition.weight.abs().sum() > 0


def test_a_resumed_run_ends_in_the_same_weights(
    rectangles: Path, options: MultiexitTraining, tmp_path: Path
) -> None:
    unbroken = trained(rectangles, options)
    again = dataclasses.replace(options, out=tmp_path / "again.safetensors", workers=1)
    with pytest.raises(KeyboardInterrupt):
        trained(rectangles, again, stop_after=5)
    resumed = trained(rectangles, dataclasses.replace(again, resume=True))
    assert hash_state(unbroken) == hash_state(resumed)


@pytest.mark.parametrize(("term", "left"), [("distill", 0.3), ("features", 0.6)])
def test_degraded_frames_come_closer_to_what_is_seen_in_the_clean_ones(term: str, left: float) -> None:
    """Every level, on a batch learnt by heart."""
    torch.manual_seed(0)
    detector = SmallDetector()
    clean = torch.rand(4, 3, 32, 64)
    pairs = Pairs(clean, clean * 0.3, [])
    gan, weights = Gan(detector.channels), parse_losses(term)
    optimizer = torch.optim.Adam(gan.generator.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        loss = loss_terms(detector, gan, pairs, [1, 2, 3, 4, 5], weights)[term]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < left * losses[0]


def test_the_adversarial_term_teaches_level_5_and_leaves_its_judges_alone() -> None:
    torch.manual_seed(0)
    detector, gan = SmallDetector(), Gan(SmallDetector().channels)
    gan.requires_grad_(False).generator.decoder.requires_grad_(True)
    pairs = Pairs(torch.rand(4, 3, 32, 64), 0.3 * torch.rand(4, 3, 32, 64), [])
    optimizer = torch.optim.Adam(gan.generator.parameters(), 3e-3)
    losses = []
    for _ in range(30):
        terms = loss_terms(detector, gan, pairs, [1], LossWeights(detection=0, distill=1, adversarial=0.5))
        optimizer.zero_grad()
        terms["adversarial"].backward()
        optimizer.step()
        losses.append(terms["adversarial"].item())
    assert losses[-1] < losses[0]
    assert gan.generator.decoder.layer(5).addition.weight.abs().sum() > 0
    assert gan.generator.decoder.layer(1).addition.weight.abs().sum() == 0
    assert all(parameter.grad is None for parameter in [*gan.frame.parameters(), *detector.parameters()])


@pytest.mark.parametrize("stop_after", [2, 4])
def test_validation_stops_a_run_that_no_longer_improves(
    rectangles: Path, options: MultiexitTraining, tmp_path: Path, stop_after: int
) -> None:
    """A learning rate of almost nothing: only the first evaluation is an improvement."""
    patient = dataclasses.replace(
        options, iterations=40, eval_every=1, save_every=1, patience=3, learning_rate=1e-30
    )
    lines = list[str]()
    unbroken = trained(rectangles, patient, report=lines.append)
    assert sum("held-out" in line for line in lines) == 4
    again = dataclasses.replace(patient, out=tmp_path / "again.safetensors")
    with pytest.raises(KeyboardInterrupt):
        trained(rectangles, again, stop_after)
    resumed = list[str]()
    decoder = trained(rectangles, dataclasses.replace(again, resume=True), report=resumed.append)
    assert hash_state(decoder) == hash_state(unbroken)
    assert sum("held-out" in line for line in resumed) == 4 - stop_after


def test_a_resumed_run_with_other_weights_names_the_option(
    rectangles: Path, options: MultiexitTraining
) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(rectangles, dataclasses.replace(options, weights=parse_losses("distill")), stop_after=4)
    other = dataclasses.replace(options, weights=parse_losses("distill,features=0.5"), resume=True)
    with pytest.raises(TurboError, match=r"made with --loss .*features=0,.* not .*features=0\.5"):
        trained(rectangles, other)


def test_untrained_levels_lose_exactly_what_level_0_loses() -> None:
    detector = SmallDetector()
    clean, degraded = torch.rand(2, 3, 32, 64), torch.rand(2, 3, 32, 64)
    terms = loss_terms(
        detector, Gan(detector.channels), Pairs(clean, degraded, []), [1, 3, 5], LossWeights(0, 1)
    )
    expected = detector.distill(detector.encode(degraded), detector.encode(clean))
    assert terms["distill"].item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_loss_that_is_not_finite_stops_and_is_named(
    rectangles: Path, options: MultiexitTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SmallDetector, "distill", lambda *_: torch.tensor(float("nan"), requires_grad=True))
    with pytest.raises(TurboError, match="step 1: the distill loss is nan"):
        trained(rectangles, options)
    assert not options.out.exists()


def test_options_are_read_and_slips_are_named() -> None:
    assert parse_losses("distill") == LossWeights(detection=0, distill=1)
    assert parse_losses("detection=0.4, distill=1") == LossWeights(detection=0.4, distill=1)
    assert parse_levels("5,1, 3") == (1, 3, 5)
    assert parse_kinds("fog,rain") == ("fog", "rain") and parse_kinds("none") == ()
    for call, text, message in (
        (parse_losses, "detecton=1", "did you mean 'detection'"),
        (parse_losses, "distill=-1", "no number from 0"),
        (parse_losses, "distill=nan", "no number from 0"),
        (parse_levels, "1,x", "not numbers"),
        (parse_kinds, "fogg", "did you mean 'fog'"),
    ):
        with pytest.raises(TurboError, match=message):
            call(text)


def test_contradictory_options_are_refused(options: MultiexitTraining) -> None:
    with pytest.raises(TurboError, match="--levels"):
        dataclasses.replace(options, levels=(0, 6))
    with pytest.raises(TurboError, match="weight 0"):
        dataclasses.replace(options, weights=LossWeights(0, 0))


def test_half_the_precision_trains_other_bits_of_float32_weights(
    rectangles: Path, options: MultiexitTraining
) -> None:
    whole = trained(rectangles, options).state_dict()
    elsewhere = options.out.with_name("half.safetensors")
    half = trained(rectangles, dataclasses.replace(options, amp=True, out=elsewhere)).state_dict()
    assert all(tensor.dtype == torch.float32 for tensor in half.values())
    assert any(not torch.equal(whole[name], half[name]) for name in whole)
    assert all(torch.allclose(whole[name], half[name], atol=0.05) for name in whole)
