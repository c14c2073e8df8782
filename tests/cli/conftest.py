"""What tests of several commands share."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with frames and a cache of its own."""
    street = tmp_path / "street"
    street.mkdir()
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(pixels).save(street / f"{number}.png")
        (street / f"{number}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (street / "data.yaml").write_text("train: .\nnames: [car]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    return tmp_path
