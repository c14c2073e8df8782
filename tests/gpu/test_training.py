"""Both stages on a CUDA device, from files to files that load on the processor."""

from pathlib import Path

import pytest
import torch

from tests.conftest import RunTurbo
from turbo_cli.artifacts import enhancer as artifact
from turbo_cli.detectors import load_detector
from turbo_cli.enhancement import load_enhancer
from turbo_cli.errors import TurboError
from turbo_cli.training.memory import within_memory

pytestmark = pytest.mark.gpu

SHORT = ("--batch-size", "4", "--workers", "1", "--device", "cuda")


@pytest.mark.parametrize("amp", [False, True])
def test_both_stages(turbo: RunTurbo, street: Path, tmp_path: Path, amp: bool) -> None:
    names = ("difficulty.csv", "gan.safetensors", "enhancer.safetensors")
    difficulty, gan, enhancer = (tmp_path / name for name in names)
    made, more = ("--detector", "tiny", "--dataset", street), (*SHORT, *["--amp"] * amp)
    half = ("--hard-quantile", "0.5", "--device", "cuda")
    assert turbo("label-difficulty", *made, *half, "--out", difficulty).status == 0
    stage_one = turbo(
        "train-gan", *made, "--difficulty", difficulty, "--out", gan, "--iterations", "6", *more
    )
    assert stage_one.status == 0, stage_one.err
    losses = ("--loss", "detection,distill,features,adversarial=0.1", "--validate-on", "camera-0-001")
    stage_two = turbo(
        "train-multiexit", *made, "--gan", gan, "--out", enhancer, *losses, "--iterations", "6", *more
    )
    assert stage_two.status == 0, stage_two.err
    detector = load_detector("tiny")
    assert artifact.read(enhancer, "tiny", detector.weights_hash).provenance.settings["amp"] is amp
    decoder = load_enhancer(enhancer, detector).decoder
    assert all(parameter.isfinite().all() for parameter in decoder.parameters())
    assert all(decoder.layer(level).addition.weight.abs().sum() > 0 for level in range(1, 6))


def test_what_would_fit_is_found_after_memory_ran_out() -> None:
    """Of a share of the device's memory, as if it were a small one."""
    torch.cuda.empty_cache()
    _, whole = torch.cuda.mem_get_info()
    torch.cuda.set_per_process_memory_fraction(512 * 2**20 / whole)
    try:
        with pytest.raises(TurboError, match=r"--batch-size 16: not enough memory.*--batch-size [248] fits"):
            within_memory(lambda size: torch.empty(size, 64 * 2**20, dtype=torch.uint8, device="cuda"), 16)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
