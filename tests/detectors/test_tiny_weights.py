"""The shipped `tiny`: what its model card claims, measured again on cameras that it never saw."""

from pathlib import Path

import pytest

from turbo_cli.artifacts import detector as artifact
from turbo_cli.data import open_dataset
from turbo_cli.data.synth import CONDITIONS, synthesize
from turbo_cli.detectors.conformance import verify
from turbo_cli.detectors.loading import load_detector
from turbo_cli.detectors.running import detect_frames
from turbo_cli.detectors.store import weights_path
from turbo_cli.detectors.tiny import TinyDetector
from turbo_cli.errors import TurboError
from turbo_cli.metrics import mean_average_precision

LARGEST_FILE = 4_000_000
"""Bytes; the wheel carries it."""


@pytest.fixture(scope="module")
def tiny() -> TinyDetector:
    detector = load_detector("tiny")
    assert isinstance(detector, TinyDetector)
    return detector


def map_on_new_streets(tiny: TinyDetector, folder: Path, conditions: tuple[str, ...]) -> float:
    """mAP on 20 made-up cameras; the seed is none that training or the model card used."""
    synthesize(folder, cameras=20, frames=8, fps=1, seed=987, conditions=conditions)
    dataset = open_dataset(folder)
    return mean_average_precision(dataset, list(detect_frames(tiny, dataset))).map


def test_the_claims_hold_on_other_cameras(tiny: TinyDetector, tmp_path: Path) -> None:
    clean = map_on_new_streets(tiny, tmp_path / "clean", ("clean",))
    degraded = map_on_new_streets(tiny, tmp_path / "degraded", CONDITIONS[1:])
    card = artifact.read(weights_path("tiny")).model_card["scores"]
    assert isinstance(card, dict)
    claimed = {name: scores["map"] for name, scores in card.items() if isinstance(scores, dict)}
    # Twenty cameras have streets easier or harder than the card's thirty.
    assert claimed == pytest.approx({"held-out-clean": clean, "held-out-degraded": degraded}, abs=0.1)
    assert clean >= 0.55
    assert degraded <= clean * 2 / 3


def test_the_shipped_file_is_small_and_its_card_lies_beside_it() -> None:
    path = weights_path("tiny")
    assert path.stat().st_size <= LARGEST_FILE
    stored = artifact.read(path)
    card = path.with_suffix(".md").read_text()
    scores = stored.model_card["scores"]
    assert isinstance(scores, dict)
    for score in scores.values():
        assert isinstance(score, dict) and f"{score['map']:.3f}" in card
    assert str(stored.provenance.detector_weights_hash) in card


def test_it_conforms(tiny: TinyDetector, tmp_path: Path) -> None:
    synthesize(tmp_path / "street", cameras=2, frames=1, seed=5)
    dataset = open_dataset(tmp_path / "street")
    report = verify(tiny, [dataset.frame(0), dataset.frame(1)])
    assert report.passed, report


def test_another_input_size_must_be_a_multiple_of_32() -> None:
    assert load_detector("tiny", size=(160, 96)).input_size == (160, 96)
    with pytest.raises(TurboError, match="input size 100x96: tiny takes multiples of 32"):
        load_detector("tiny", size=(100, 96))
