"""What only a CUDA device can show: `pytest tests/gpu`, skipped where there is none."""

from pathlib import Path

import pytest
import torch

from turbo_cli.data.synth import synthesize


@pytest.fixture(autouse=True, scope="session")
def _cuda() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cameras of twelve frames each, nine of them by day and fifteen at night."""
    folder = tmp_path_factory.mktemp("made-up") / "street"
    synthesize(folder, 2, 12, (320, 192), 0.5, 0, ("clean", "night"))
    return folder
