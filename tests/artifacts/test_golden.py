"""Files of every schema version so far are read for ever."""

from pathlib import Path

import pytest

from tests.artifacts.formats import FORMATS, Format, equal
from tests.artifacts.samples import SAMPLES

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.filterwarnings("error::turbo_cli.errors.TurboWarning")
@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda folder: folder.name)
@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_golden_file_reads_as_its_sample(kind: Format, folder: Path) -> None:
    assert equal(kind.read(folder / kind.file_name), SAMPLES[kind.file_name])
