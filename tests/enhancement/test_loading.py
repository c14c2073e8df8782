"""An enhancer's file: a round trip gives the same boxes, a file for something else is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import JsonValue

from tests.artifacts.samples import PROVENANCE
from tests.enhancement.test_enhancer import TRAINED, assert_same, images
from tests.small_detector import SmallDetector
from turbo_cli.artifacts import enhancer as artifact
from turbo_cli.artifacts.enhancer import EnhancerWeights
from turbo_cli.artifacts.metadata import Provenance, hash_file
from turbo_cli.detectors import load_detector
from turbo_cli.enhancement import load_enhancer
from turbo_cli.enhancement.calibration import Calibration
from turbo_cli.enhancement.decoder import Decoder
from turbo_cli.enhancement.discriminators import FrameDiscriminator
from turbo_cli.enhancement.enhancer import Enhancer
from turbo_cli.enhancement.levels import Levels
from turbo_cli.enhancement.loading import enhancer_weights, find_enhancer
from turbo_cli.errors import TurboError
from turbo_cli.scheduling.profile import load_profile


def provenance_of(enhancer: Enhancer) -> Provenance:
    detector = enhancer.detector
    settings = {"detector": detector.name, "detector_weights_hash": detector.weights_hash}
    return PROVENANCE.model_copy(update=settings)


@pytest.fixture
def weights() -> EnhancerWeights:
    return enhancer_weights(TRAINED, provenance_of(TRAINED))


def test_what_is_loaded_gives_the_same_boxes_and_difficulties(
    weights: EnhancerWeights, tmp_path: Path
) -> None:
    artifact.write(tmp_path / "e.safetensors", weights)
    loaded = load_enhancer(tmp_path / "e.safetensors", SmallDetector())
    batch = images(6)
    assert_same(loaded.run(batch, range(6)), TRAINED.run(batch, range(6)))
    assert loaded.predict_difficulties(batch) == TRAINED.predict_difficulties(batch)


def test_other_widths_cameras_and_levels_survive(tmp_path: Path) -> None:
    detector = SmallDetector()
    decoder = Decoder(detector.channels, widths=(9, 8, 7, 6, 5))
    falling = Calibration(np.array([-1.0, 1.0]), np.array([0.8, 0.2]))
    made = Enhancer(detector, decoder, FrameDiscriminator(8, 12), falling, ("north",), (1, 4))
    artifact.write(tmp_path / "e.safetensors", enhancer_weights(made, provenance_of(made)))
    loaded = load_enhancer(tmp_path / "e.safetensors", detector)
    assert (loaded.training_cameras, loaded.levels) == (("north",), (1, 4))
    assert_same(loaded.run(images(2), [5, 1]), made.run(images(2), [5, 1]))


def test_another_detector_and_other_weights_of_it_are_refused(
    weights: EnhancerWeights, tmp_path: Path
) -> None:
    artifact.write(tmp_path / "e.safetensors", weights)
    with pytest.raises(TurboError, match="other weights of 'small'"):
        load_enhancer(tmp_path / "e.safetensors", SmallDetector(seed=1))
    renamed = SmallDetector()
    renamed.name = "big"
    with pytest.raises(TurboError, match="made for 'small', not 'big'"):
        load_enhancer(tmp_path / "e.safetensors", renamed)


@pytest.mark.parametrize(
    ("architecture", "problem"),
    [
        ({"decoder_widths": [96, 64, 48, 24, 8]}, r"key decoder\.\S+: shape .* another architecture"),
        ({"discriminator_width": 8}, r"key frame_discriminator\.\S+: shape .* another architecture"),
        ({"decoder_widths": [96, 64]}, "key architecture.*decoder_widths"),
        ({"layers": 7}, "key architecture.*layers"),
    ],
)
def test_another_architecture_is_refused(
    architecture: dict[str, JsonValue], problem: str, weights: EnhancerWeights, tmp_path: Path
) -> None:
    changed = replace(weights, architecture=weights.architecture | architecture)
    artifact.write(tmp_path / "e.safetensors", changed)
    with pytest.raises(TurboError, match=problem):
        load_enhancer(tmp_path / "e.safetensors", SmallDetector())


def test_the_shipped_enhancer_fits_the_shipped_detector_and_the_shipped_profile() -> None:
    detector = load_detector("tiny")
    assert load_enhancer("tiny", detector).levels == (1, 2, 3, 4, 5)
    file = find_enhancer("tiny")
    load_profile("cpu/tiny", detector, Levels(parents={file.name: hash_file(file)}))


def test_a_file_goes_before_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_enhancer("tiny").name == "tiny.safetensors"
    Path("tiny").touch()
    assert find_enhancer("tiny") == Path("tiny")
    assert find_enhancer("other.safetensors") == Path("other.safetensors")
