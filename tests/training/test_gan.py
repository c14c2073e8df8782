"""Stage one: who learns from what, resuming, D_f tells what it was shown."""

import dataclasses
from pathlib import Path

import pytest
import torch

from tests.small_detector import SmallDetector
from tests.training.stages import InterruptedAt
from turbo_cli.data import open_dataset
from turbo_cli.data.selection import Selection
from turbo_cli.detectors.base import hash_state
from turbo_cli.enhancement.generator import copy_encoder
from turbo_cli.errors import TurboError
from turbo_cli.training.game import Gan, Round, discriminator_terms, generator_terms, play
from turbo_cli.training.gan import GanTraining, parse_objective, train_gan


@pytest.fixture
def options(tmp_path: Path) -> GanTraining:
    return GanTraining(out=tmp_path / "gan.safetensors", iterations=5, batch_size=2, save_every=2, workers=0)


def trained(folder: Path, options: GanTraining, stop_after: int | None = None) -> Gan:
    dataset, detector = open_dataset(folder), SmallDetector()
    torch.manual_seed(0)
    gan = Gan(detector.channels, None if options.freeze_encoder else copy_encoder(detector))
    easy, hard = Selection(dataset, (0, 1, 2)), Selection(dataset, (3, 4, 5))
    return train_gan(detector, gan, easy, hard, options, InterruptedAt(stop_after))


def test_a_resumed_run_ends_in_the_same_weights(
    rectangles: Path, options: GanTraining, tmp_path: Path
) -> None:
    unbroken = trained(rectangles, options)
    again = dataclasses.replace(options, out=tmp_path / "again.safetensors", workers=1)
    with pytest.raises(KeyboardInterrupt):
        trained(rectangles, again, stop_after=3)
    resumed = trained(rectangles, dataclasses.replace(again, resume=True))
    assert hash_state(unbroken) == hash_state(resumed)


def test_a_checkpoint_of_another_run_or_detector_is_refused(rectangles: Path, options: GanTraining) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(rectangles, options, stop_after=3)
    with pytest.raises(TurboError, match="a run that was broken off left it"):
        trained(rectangles, options)
    with pytest.raises(TurboError, match="was made with --seed 0, not 1"):
        trained(rectangles, dataclasses.replace(options, resume=True, seed=1))
    other = SmallDetector(seed=1)
    with pytest.raises(TurboError, match="was made with --detector small"):
        frames = open_dataset(rectangles)
        train_gan(other, Gan(other.channels), frames, frames, dataclasses.replace(options, resume=True))


def test_an_encoder_of_its_own_learns_and_the_detector_does_not(
    rectangles: Path, options: GanTraining, tmp_path: Path
) -> None:
    detector = SmallDetector()
    before = hash_state(detector)
    free = dataclasses.replace(options, freeze_encoder=False)
    unbroken = trained(rectangles, free)
    assert unbroken.generator.encoder is not None
    assert hash_state(unbroken.generator.encoder) != hash_state(detector.stages)
    again = dataclasses.replace(free, out=tmp_path / "again.safetensors")
    with pytest.raises(KeyboardInterrupt):
        trained(rectangles, again, stop_after=3)
    resumed = trained(rectangles, dataclasses.replace(again, resume=True))
    assert hash_state(resumed) == hash_state(unbroken)
    assert hash_state(detector) == before


def test_crops_of_the_frames_are_played_with(rectangles: Path, options: GanTraining) -> None:
    shapes = set()

    def watch(step: int, terms: dict[str, torch.Tensor], shown: Round) -> None:
        shapes.add(tuple(shown.generated.shape))

    detector, frames = SmallDetector(), open_dataset(rectangles)
    cropped = dataclasses.replace(options, crop=(32, 32))
    train_gan(detector, Gan(detector.channels), frames, frames, cropped, watch=watch)
    assert shapes == {(2, 3, 32, 32)}


def test_only_the_discriminators_learn_when_told_so(rectangles: Path, options: GanTraining) -> None:
    fresh = Gan(SmallDetector().channels)
    gan = trained(rectangles, dataclasses.replace(options, only_discriminator=True))
    torch.manual_seed(0)
    assert hash_state(gan.generator) == hash_state(Gan(SmallDetector().channels).generator)
    assert hash_state(gan.frame) != hash_state(fresh.frame)


def test_each_player_learns_from_its_own_terms_only() -> None:
    torch.manual_seed(0)
    detector, gan = SmallDetector(), Gan(SmallDetector().channels)
    shown = play(detector, gan, torch.rand(2, 3, 32, 64), torch.rand(2, 3, 32, 64), roi_score=0.1)
    assert torch.equal(shown.generated, shown.hard)
    assert sum(map(len, shown.easy_boxes)) > 0
    torch.stack(list(discriminator_terms(gan, shown, "paper").values())).sum().backward()
    assert gan.generator.decoder.layer(5).addition.weight.grad is None
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in gan.instance.parameters())
    torch.stack(list(generator_terms(gan, shown, "paper").values())).sum().backward()
    assert gan.generator.decoder.layer(5).addition.weight.grad is not None
    assert all(parameter.grad is None for parameter in detector.parameters())


def test_discriminators_come_to_tell_dark_frames_from_bright_ones() -> None:
    torch.manual_seed(0)
    detector, gan = SmallDetector(), Gan(SmallDetector().channels)
    optimizer = torch.optim.Adam(gan.frame.parameters(), 2e-3)
    for _ in range(40):
        easy = torch.rand(4, 3, 32, 64)
        shown = play(detector, gan, easy, 0.3 * torch.rand(4, 3, 32, 64), 0.1)
        loss = discriminator_terms(gan, shown, "paper")["d_frame"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert gan.frame(torch.rand(4, 3, 32, 64)).min() > gan.frame(0.3 * torch.rand(4, 3, 32, 64)).max()


def test_an_unknown_objective_is_named() -> None:
    assert parse_objective("rals") == "rals"
    with pytest.raises(TurboError, match="no objective 'papr'"):
        parse_objective("papr")
