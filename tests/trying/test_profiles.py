"""Which profile a try is planned by."""

from pathlib import Path

import pytest
import torch

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


@pytest.mark.parametrize(("name", "found"), [("NVIDIA H200", True), ("NVIDIA H200 MIG 1g.18gb", False)])
def test_a_gpu_has_its_own_profile_and_a_slice_of_it_none(
    name: str, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("turbo_cli.trying.profiles.find_device", torch.device)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda _device: name)
    if found:
        assert shipped_profile("tiny", "cuda:0") == "h200/tiny"
    else:
        with pytest.raises(TurboError, match="no profile of tiny on cuda:0"):
            shipped_profile("tiny", "cuda:0")


def test_another_enhancer_is_doubted_not_refused(tmp_path: Path) -> None:
    detector = load_detector("tiny")
    own = EnhancerLadder(load_enhancer("tiny", detector), find_enhancer("tiny"))
    profile = choose_profile(None, own, "cpu")
    assert profile_name(profile) == "cpu/tiny"
    assert doubts(profile, own) == []
    enhancer = make_enhancer(False, detector=detector)
    other = EnhancerLadder(enhancer, write_enhancer(tmp_path / "other.safetensors", enhancer))
    assert "another enhancer; for other.safetensors" in doubts(choose_profile(None, other, "cpu"), other)[0]
