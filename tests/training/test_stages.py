"""Both stages from files to files: what they write, what they refuse."""

import dataclasses
from pathlib import Path

import pytest

from tests.small_detector import SmallDetector
from tests.training.stages import write_difficulty, write_gan
from turbo_cli.artifacts import difficulty as difficulty_artifact
from turbo_cli.artifacts import gan as gan_artifact
from turbo_cli.data import open_dataset
from turbo_cli.data.selection import Selection
from turbo_cli.detectors.base import hash_state
from turbo_cli.enhancement import load_enhancer
from turbo_cli.enhancement.loading import SHIPPED
from turbo_cli.errors import TurboError
from turbo_cli.training.gan import GanTraining
from turbo_cli.training.multiexit_options import LossWeights, MultiexitTraining
from turbo_cli.training.stage_one import adapt_discriminator, run_stage_one
from turbo_cli.training.stage_two import run_stage_two


@pytest.fixture
def stage_one(tmp_path: Path) -> GanTraining:
    return GanTraining(
        out=tmp_path / "gan.safetensors",
        iterations=4,
        batch_size=2,
        eval_every=2,
        report_every=2,
        workers=0,
        log=tmp_path / "log",
    )


@pytest.fixture
def stage_two(tmp_path: Path) -> MultiexitTraining:
    return MultiexitTraining(
        out=tmp_path / "enhancer.safetensors", iterations=3, batch_size=2, eval_every=2, workers=0
    )


def test_stage_one_writes_the_gan_the_losses_and_pictures(rectangles: Path, stage_one: GanTraining) -> None:
    detector, dataset = SmallDetector(), open_dataset(rectangles)
    table = write_difficulty(rectangles / "difficulty.csv", dataset, detector)
    before, lines = hash_state(detector), list[str]()
    auc = run_stage_one(detector, dataset, table, stage_one, report=lines.append)
    assert 0 <= auc <= 1
    assert hash_state(detector) == before
    weights = gan_artifact.read(stage_one.out, "small", detector.weights_hash)
    assert weights.provenance.parents.keys() == {"difficulty.csv"}
    assert stage_one.log is not None
    assert len((stage_one.log / "losses.csv").read_text().splitlines()) == 1 + 4 * 4
    assert (stage_one.log / "step-000004.png").exists()
    assert any("AUC" in line for line in lines) and any("d_frame" in line for line in lines)
    assert not stage_one.checkpoint.exists()


def test_stage_one_refuses_frames_of_one_kind_only(rectangles: Path, stage_one: GanTraining) -> None:
    detector, dataset = SmallDetector(), open_dataset(rectangles)
    path = rectangles / "difficulty.csv"
    table = difficulty_artifact.read(write_difficulty(path, dataset, detector))
    easy = tuple(dataclasses.replace(table.rows[0], index=row.index) for row in table.rows)
    difficulty_artifact.write(path, dataclasses.replace(table, rows=easy))
    with pytest.raises(TurboError, match="0 hard frames of 6"):
        run_stage_one(detector, dataset, path, stage_one)


def test_stage_one_refuses_a_table_of_another_detector_or_dataset(
    rectangles: Path, stage_one: GanTraining
) -> None:
    dataset = open_dataset(rectangles)
    path = write_difficulty(rectangles / "difficulty.csv", dataset, SmallDetector(seed=1))
    with pytest.raises(TurboError, match="detector_weights_hash"):
        run_stage_one(SmallDetector(), dataset, path, stage_one)
    path = write_difficulty(path, Selection(dataset, (0, 1, 2)), SmallDetector())
    with pytest.raises(TurboError, match="has no row for frame 3"):
        run_stage_one(SmallDetector(), dataset, path, stage_one)


def test_stage_two_writes_an_enhancer_that_loads(rectangles: Path, stage_two: MultiexitTraining) -> None:
    detector, dataset = SmallDetector(), open_dataset(rectangles)
    gan = write_gan(rectangles / "gan.safetensors", detector)
    run_stage_two(detector, gan, dataset, None, (), None, stage_two)
    enhancer = load_enhancer(stage_two.out, detector)
    assert enhancer.training_cameras == tuple({info.camera for info in dataset.frames})
    assert enhancer.decoder.layer(5).entry.mean.abs().sum() > 0
    images, _ = detector.prepare([dataset.frame(0)])
    assert 0 <= enhancer.predict_difficulties(images)[0] <= 1


def test_stage_two_refuses_what_cannot_work(rectangles: Path, stage_two: MultiexitTraining) -> None:
    detector, dataset = SmallDetector(), open_dataset(rectangles)
    gan = write_gan(rectangles / "gan.safetensors", SmallDetector(seed=1))
    with pytest.raises(TurboError, match="detector_weights_hash"):
        run_stage_two(detector, gan, dataset, None, (), None, stage_two)
    gan = write_gan(gan, detector)
    camera = dataset.frames[0].camera
    with pytest.raises(TurboError, match="every camera is held out"):
        run_stage_two(detector, gan, dataset, None, (camera,), None, stage_two)
    unlabelled = open_dataset(rectangles / "0.png")
    with pytest.raises(TurboError, match="has no labels"):
        run_stage_two(detector, gan, unlabelled, None, (), None, stage_two)
    distilled = dataclasses.replace(stage_two, weights=LossWeights(detection=0, distill=1))
    run_stage_two(detector, gan, unlabelled, None, (), None, distilled)
    assert distilled.out.exists()


def test_only_d_f_and_its_calibration_are_adapted_to_the_target(
    rectangles: Path,
    stage_one: GanTraining,
    stage_two: MultiexitTraining,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detector, dataset = SmallDetector(), open_dataset(rectangles)
    table = write_difficulty(rectangles / "difficulty.csv", dataset, detector)
    gan = write_gan(rectangles / "gan.safetensors", detector)
    run_stage_two(detector, gan, dataset, None, (), None, stage_two)
    monkeypatch.setitem(SHIPPED, "by-name", stage_two.out)
    out = tmp_path / "adapted.safetensors"
    options = dataclasses.replace(stage_one, out=out, only_discriminator=True)
    adapt_discriminator(detector, Path("by-name"), dataset, table, options)
    before, after = load_enhancer(stage_two.out, detector), load_enhancer(out, detector)
    assert hash_state(before.decoder) == hash_state(after.decoder)
    assert hash_state(before.discriminator) != hash_state(after.discriminator)
    assert after.training_cameras == before.training_cameras
