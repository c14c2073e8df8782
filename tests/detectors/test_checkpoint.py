"""Weight files: what fits is loaded, what does not is refused by name."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from turbo_cli.detectors.base import hash_state
from turbo_cli.detectors.checkpoint import load_checkpoint
from turbo_cli.errors import TurboError


def network(width: int = 4) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width))


def saved(path: Path, module: nn.Module) -> Path:
    if path.suffix == ".safetensors":
        save_file(module.state_dict(), path)
    else:
        torch.save(module.state_dict(), path)
    return path


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
def test_both_formats_give_the_same_module(tmp_path: Path, suffix: str) -> None:
    source, target = network(), network()
    load_checkpoint(target, saved(tmp_path / f"a{suffix}", source))
    assert hash_state(target) == hash_state(source)


def refusal(module: nn.Module, path: Path) -> str:
    with pytest.raises(TurboError) as error:
        load_checkpoint(module, path)
    assert str(path) in str(error.value)
    return str(error.value)


def test_other_shapes_are_named(tmp_path: Path) -> None:
    message = refusal(network(4), saved(tmp_path / "a.pth", network(8)))
    assert "another architecture: 0.weight has shape (8, 3, 3, 3) instead of (4, 3, 3, 3)" in message
    assert "and 3 more" in message


def test_missing_and_unknown_keys_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file({"0.bias": torch.zeros(4), "head": torch.zeros(1)}, path)
    message = refusal(nn.Sequential(nn.Conv2d(3, 4, 3)), path)
    assert "0.weight is missing; head is unknown" in message


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_every_truncation_is_refused(tmp_path: Path, suffix: str) -> None:
    whole = saved(tmp_path / f"whole{suffix}", network()).read_bytes()
    path = tmp_path / f"a{suffix}"
    for length in range(17, len(whole), 17):
        path.write_bytes(whole[:length])
        assert "damaged" in refusal(network(), path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_changed_byte_is_loaded_or_refused_never_a_traceback(tmp_path: Path, suffix: str) -> None:
    whole = saved(tmp_path / f"whole{suffix}", network()).read_bytes()
    path = tmp_path / f"a{suffix}"
    refused = 0
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x2A]) + whole[place + 1 :])
        try:
            load_checkpoint(network(), path)
        except TurboError:
            refused += 1
    assert refused > 20


def test_code_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    pickled, zipped = tmp_path / "a.pth", tmp_path / "b.pth"
    pickled.write_bytes(pickle.dumps({"0.weight": Trap()}))
    torch.save({"0.weight": Trap()}, zipped)
    for path in (pickled, zipped):
        assert "not a file of weights only" in refusal(network(), path)
    assert not (tmp_path / "ran").exists()


def test_a_checkpoint_with_more_than_a_state_dict_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"model": network().state_dict(), "epoch": 3}, path)
    assert "holds no state dict" in refusal(network(), path)


def test_absent_file_folder_and_unknown_suffix_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(network(), tmp_path / "a.pth")
    (tmp_path / "b.pth").mkdir()
    assert "is not a file" in refusal(network(), tmp_path / "b.pth")
    assert "expected .pth, .pt, .safetensors" in refusal(network(), tmp_path / "c.bin")
