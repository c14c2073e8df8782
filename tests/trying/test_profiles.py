"""Which profile a try is planned by."""

from pathlib import Path

import pytest

from tests.profiling.streets import make_enhancer, write_enhancer
from turbo_cli.detectors import load_detector
from turbo_cli.enhancement import load_enhancer
from turbo_cli.enhancement.ladders import EnhancerLadder
from turbo_cli.enhancement.loading import find_enhancer
from turbo_cli.errors import TurboError
from turbo_cli.trying.profiles import choose_profile, doubts, profile_name, shipped_profile


def test_the_shipped_one_is_found_or_the_command_that_makes_one_named() -> None:
    assert shipped_profile("tiny", "cpu") == "cpu/tiny"
    with pytest.raises(TurboError, match=r"turbo profile measure --detector yolov3 .*--profile"):
        shipped_profile("yolov3", "cpu")


def test_another_enhancer_is_doubted_not_refused(tmp_path: Path) -> None:
    detector = load_detector("tiny")
    own = EnhancerLadder(load_enhancer("tiny", detector), find_enhancer("tiny"))
    profile = choose_profile(None, own, "cpu")
    assert profile_name(profile) == "cpu/tiny"
    assert doubts(profile, own) == []
    enhancer = make_enhancer(False, detector=detector)
    other = EnhancerLadder(enhancer, write_enhancer(tmp_path / "other.safetensors", enhancer))
    assert "another enhancer; for other.safetensors" in doubts(choose_profile(None, other, "cpu"), other)[0]
