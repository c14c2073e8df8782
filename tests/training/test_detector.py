"""Training of `tiny`: it learns, resumes to the bit, and stops with one clear line."""

import dataclasses
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tests.conftest import RunTurbo
from tests.small_detector import SmallDetector
from tests.training.stages import InterruptedAt
from turbo_cli.artifacts import detector as artifact
from turbo_cli.data import open_dataset
from turbo_cli.detectors.base import hash_state
from turbo_cli.detectors.fine_tuned import load_fine_tuned
from turbo_cli.detectors.loading import load_detector
from turbo_cli.detectors.tiny import CATEGORY_IDS, TinyDetector, TinyNetwork, detection_loss
from turbo_cli.errors import TurboError
from turbo_cli.training.detector import DetectorTraining, fine_tune, train
from turbo_cli.training.schedule import learning_rate_factor


@pytest.fixture
def options(rectangles: Path, tmp_path: Path) -> DetectorTraining:
    return DetectorTraining(
        dataset=rectangles,
        out=tmp_path / "out.safetensors",
        iterations=6,
        batch_size=2,
        save_every=2,
        workers=0,
    )


def test_the_loss_falls_on_frames_learnt_by_heart(rectangles: Path) -> None:
    torch.manual_seed(0)
    dataset = open_dataset(rectangles)
    detector = TinyDetector(TinyNetwork(len(CATEGORY_IDS)), size=(128, 96))
    images, _ = detector.prepare([dataset.frame(i) for i in range(4)])
    targets = [dataset.targets(i) for i in range(4)]
    network = TinyNetwork(len(CATEGORY_IDS)).train()
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    losses = []
    for _ in range(60):
        loss = detection_loss(network(images), targets, CATEGORY_IDS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < sum(losses[:5]) / 4


def test_a_resumed_run_ends_in_the_same_weights(options: DetectorTraining, tmp_path: Path) -> None:
    train(options)
    again = dataclasses.replace(options, out=tmp_path / "again.safetensors", workers=1)
    with pytest.raises(KeyboardInterrupt):
        train(again, InterruptedAt(5))
    assert not again.out.exists() and again.checkpoint.exists()
    train(dataclasses.replace(again, resume=True))
    assert not again.checkpoint.exists()
    unbroken, resumed = (artifact.read(path).detector for path in (options.out, again.out))
    assert unbroken.keys() == resumed.keys()
    assert all(torch.equal(unbroken[name], resumed[name]) for name in unbroken)
    other = dataclasses.replace(options, out=tmp_path / "other.safetensors", seed=1)
    train(other)
    assert not torch.equal(
        artifact.read(other.out).detector["stages.0.0.0.weight"], unbroken["stages.0.0.0.weight"]
    )


def test_the_written_weights_are_the_detector_with_its_scores(
    options: DetectorTraining, rectangles: Path
) -> None:
    scores = train(dataclasses.replace(options, validate=(rectangles,)))
    stored = artifact.read(options.out)
    detector = load_detector("tiny", options.out)
    assert hash_state(detector) == stored.provenance.detector_weights_hash
    assert stored.categories == detector.categories and stored.input_size == detector.input_size
    assert stored.provenance.settings["iterations"] == 6
    card = stored.model_card["scores"]
    assert card == {str(rectangles): {"map": scores[rectangles].map, "ap50": scores[rectangles].ap50}}


def test_other_options_are_not_resumed(options: DetectorTraining) -> None:
    with pytest.raises(TurboError, match="no checkpoint"):
        train(dataclasses.replace(options, resume=True))
    with pytest.raises(KeyboardInterrupt):
        train(options, InterruptedAt(2))
    with pytest.raises(TurboError, match="--batch-size 2, not 3"):
        train(dataclasses.replace(options, resume=True, batch_size=3))


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"PK\x03\x04 not tensors"])
def test_a_damaged_checkpoint_is_refused(options: DetectorTraining, damage: bytes) -> None:
    options.checkpoint.write_bytes(damage)
    with pytest.raises(TurboError, match="not a readable checkpoint"):
        train(dataclasses.replace(options, resume=True))


def test_a_loss_that_is_not_finite_stops_naming_the_step(options: DetectorTraining) -> None:
    with pytest.raises(TurboError, match=r"step [2-6]: the detection loss is (nan|inf)"):
        train(dataclasses.replace(options, learning_rate=1e30))
    assert not options.out.exists()


def test_contradictions_are_refused_by_flag_name(options: DetectorTraining) -> None:
    with pytest.raises(TurboError, match="--learning-rate must be above 0"):
        dataclasses.replace(options, learning_rate=0.0)
    with pytest.raises(TurboError, match="--batch-size"):
        dataclasses.replace(options, batch_size=0)


def test_frames_without_labels_are_refused(options: DetectorTraining, rectangles: Path) -> None:
    (rectangles / "dataset.json").unlink()
    with pytest.raises(TurboError, match="no labelled frames"):
        train(options)


def test_a_place_that_cannot_be_written_is_refused_before_the_first_step(options: DetectorTraining) -> None:
    options.out.mkdir()
    with pytest.raises(TurboError, match="is a directory"):
        train(options, InterruptedAt(0))


def test_the_learning_rate_rises_and_falls() -> None:
    factors = [learning_rate_factor(step, 100) for step in range(100)]
    assert factors[0] == 0.2 and factors[4] == 1.0
    assert factors[5:] == sorted(factors[5:], reverse=True) and 0 < factors[-1] < 0.01


def test_the_command_trains_and_prints_the_scores(turbo: RunTurbo, rectangles: Path, tmp_path: Path) -> None:
    out = tmp_path / "tiny.safetensors"
    line = ["--dataset", rectangles, "--validate", rectangles, "--iterations", "2", "--batch-size", "2"]
    finished = turbo("weights", "train", "tiny", *line, "--workers", "0", "--out", out)
    assert finished.status == 0, finished.err
    assert f"{rectangles}: mAP 0." in finished.out and "over 6 frames" in finished.out
    assert out.exists()


def test_ctrl_c_keeps_the_last_checkpoint(options: DetectorTraining) -> None:
    line = ["--dataset", options.dataset, "--out", options.out, "--iterations", "100000", "--batch-size", "1"]
    command = [sys.executable, "-m", "turbo_cli", "weights", "train", "tiny", *map(str, line)]
    process = subprocess.Popen([*command, "--save-every", "5"], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not options.checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130 and error.count("\n") <= 1, error
    assert options.checkpoint.exists() and not options.out.exists()
    assert [path.name for path in options.out.parent.glob(".*")] == []


def test_a_fine_tuned_copy_learns_and_its_detector_stays(options: DetectorTraining) -> None:
    """Kept as weights that only this detector takes; statistics stay too."""
    detector = SmallDetector()
    tuning = dataclasses.replace(options, kinds=("fog",), crop=(32, 32), learning_rate=1e-2)
    fine_tune(detector, tuning)
    assert hash_state(detector) == detector.weights_hash
    tuned = load_fine_tuned(options.out, detector)
    assert tuned.weights_hash == artifact.read(options.out).provenance.detector_weights_hash
    assert tuned.weights_hash != detector.weights_hash
    for name, tensor in detector.state_dict().items():
        moved = not torch.allclose(tensor, tuned.state_dict()[name])
        assert moved == ("running" not in name and "tracked" not in name) or name.startswith("head")
    assert not any(parameter.requires_grad for parameter in tuned.parameters())


def test_a_resumed_fine_tuning_ends_in_the_same_weights(options: DetectorTraining, tmp_path: Path) -> None:
    fine_tune(SmallDetector(), options)
    again = dataclasses.replace(options, out=tmp_path / "again.safetensors")
    with pytest.raises(KeyboardInterrupt):
        fine_tune(SmallDetector(), again, InterruptedAt(3))
    resume = dataclasses.replace(again, resume=True)
    with pytest.raises(TurboError, match="was made with --detector small"):
        fine_tune(SmallDetector(seed=1), resume)
    fine_tune(SmallDetector(), resume)
    one, other = (load_fine_tuned(path, SmallDetector()) for path in (options.out, again.out))
    assert hash_state(one) == hash_state(other)


def test_the_command_fine_tunes_tiny_into_weights_that_it_loads(
    turbo: RunTurbo, rectangles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tuned.safetensors"
    line = ["--dataset", rectangles, "--iterations", "2", "--batch-size", "2", "--workers", "0", "--out", out]
    finished = turbo("weights", "fine-tune", "--detector", "tiny", "--size", "64x64", *line)
    assert finished.status == 0, finished.err
    assert load_detector("tiny", out).weights_hash != load_detector("tiny").weights_hash
