"""What an enhancer is held against: fine-tuned weights and whole pictures, as rows of the evaluation."""

from pathlib import Path

import pytest
import torch

from tests.profiling.streets import make_enhancer, make_streets
from tests.small_detector import SmallDetector
from tests.training.stages import provenance
from turbo_cli.artifacts import detector as detector_artifact
from turbo_cli.artifacts import gan as gan_artifact
from turbo_cli.data import Dataset
from turbo_cli.detectors.base import SplitDetector
from turbo_cli.enhancement.generator import copy_encoder
from turbo_cli.errors import TurboError
from turbo_cli.profiling.as_artifact import as_artifact
from turbo_cli.profiling.evaluation import EvaluationOptions, evaluate_enhancer
from turbo_cli.profiling.references import FINE_TUNED, GENERATOR, load_references
from turbo_cli.training.game import Gan
from turbo_cli.training.stage_one import gan_weights


@pytest.fixture
def streets(tmp_path: Path) -> Dataset:
    return make_streets(tmp_path / "streets")


def write_tuned(path: Path, detector: SplitDetector) -> Path:
    weights = detector_artifact.DetectorWeights(
        provenance(detector), detector.state_dict(), detector.categories, detector.input_size
    )
    detector_artifact.write(path, weights)
    return path


def write_generator(path: Path, shift: float) -> Path:
    """A generator with an encoder of its own that adds `shift` times the deviation to every picture."""
    detector = SmallDetector()
    gan = Gan(detector.channels, copy_encoder(detector))
    bias = gan.generator.decoder.layer(5).addition.bias
    assert bias is not None
    torch.nn.init.constant_(bias, shift)
    gan_artifact.write(path, gan_weights(gan, provenance(detector)))
    return path


def test_references_are_rows_with_gains_and_equal_ones_gain_nothing(streets: Dataset, tmp_path: Path) -> None:
    same, other = (write_tuned(tmp_path / f"{seed}.safetensors", SmallDetector(seed)) for seed in (0, 1))
    idle, busy = (write_generator(tmp_path / f"by-{shift}.safetensors", shift) for shift in (0, 1))
    enhancer = make_enhancer(trained=False)
    references = load_references(enhancer.detector, [same, other], [idle, busy])
    report = evaluate_enhancer(enhancer, streets, {}, EvaluationOptions(resamples=9), references=references)
    plain = report.passes.levels[0]
    for way, differs in (
        ((FINE_TUNED, "0.safetensors"), False),
        ((FINE_TUNED, "1.safetensors"), True),
        ((GENERATOR, "by-0.safetensors"), False),
        ((GENERATOR, "by-1.safetensors"), True),
    ):
        found = report.passes.references[way]
        changed = any(
            one.scores.tolist() != two.scores.tolist() for one, two in zip(found, plain, strict=True)
        )
        assert changed == differs
        gain = report.judged[way]["all"].gains["level 0"].ap50
        assert differs or (gain.value, gain.low, gain.high) == (0, 0, 0)
    content = as_artifact(report).model_dump()["references"]
    assert set(content) == {FINE_TUNED, GENERATOR}
    assert content[GENERATOR]["by-1.safetensors"]["hard"]["frames"] == len(report.groups["hard"])


def test_files_of_another_detector_and_of_one_name_are_refused(tmp_path: Path) -> None:
    renamed = SmallDetector()
    renamed.name = "big"
    tuned = write_tuned(tmp_path / "tuned.safetensors", renamed)
    with pytest.raises(TurboError, match="made for 'big', not 'small'"):
        load_references(SmallDetector(), [tuned])
    generator = write_generator(tmp_path / "gan.safetensors", 0)
    with pytest.raises(TurboError, match="other weights of 'small'"):
        load_references(SmallDetector(seed=1), [], [generator])
    with pytest.raises(TurboError, match=r"a second gan\.safetensors"):
        load_references(SmallDetector(), [], [generator, generator])
