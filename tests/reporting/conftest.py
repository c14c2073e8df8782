"""A whole run, made once."""

from pathlib import Path

import pytest

from tests.reporting.runs import make_run


@pytest.fixture(scope="package")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: copy it first."""
    return make_run(tmp_path_factory.mktemp("whole") / "run")
