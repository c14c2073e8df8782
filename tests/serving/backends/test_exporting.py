"""Exported models: the same numbers, kept, and made anew when damaged."""

from pathlib import Path

import pytest
import torch

from tests.small_detector import SmallDetector
from turbo_cli.enhancement.decoder import Entry
from turbo_cli.serving.backends.exporting import MatrixEntry, exported, models_folder
from turbo_cli.serving.backends.piece import Piece


@pytest.mark.parametrize("step", [1, 2])
def test_the_entry_that_is_exported_computes_the_same(step: int) -> None:
    entry = Entry(5, 7, step)
    torch.nn.init.uniform_(entry.mean)
    skip = torch.rand(3, 5, 8, 12)
    torch.testing.assert_close(MatrixEntry(entry)(skip), entry(skip))


def test_a_model_is_exported_once_and_anew_when_its_file_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("onnx", "onnxscript"):
        pytest.importorskip(package)
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path))
    piece = Piece("stage-1", SmallDetector().stages[0], "forward", (torch.rand(2, 3, 32, 64),))
    model = exported(piece)
    (path,) = models_folder().iterdir()
    written, at = path.read_bytes(), path.stat().st_mtime_ns
    assert exported(piece) == model
    assert path.stat().st_mtime_ns == at
    path.write_bytes(written[:-100])
    assert len(exported(piece)) == len(model)
    assert len(path.read_bytes()) == len(written)


def test_other_weights_are_another_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    from turbo_cli.serving.backends.onnx_runtime import compile_model

    monkeypatch.setenv("TURBO_CACHE", str(tmp_path))
    image = torch.rand(1, 3, 32, 64)
    for seed in (0, 1):
        piece = Piece("stage-1", SmallDetector(seed).stages[0], "forward", (image,))
        torch.testing.assert_close(compile_model(exported(piece))(image), piece.run(), atol=1e-5, rtol=1e-5)
