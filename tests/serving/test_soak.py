"""The soak of `benchmarks/soak.py` for a few seconds: every kind of camera, a real process, no frame lost."""

from collections import Counter
from pathlib import Path

import pytest
from benchmarks.served import TURBO
from benchmarks.soak import soak

from tests.data.videos import needs_h264
from turbo_cli.data import open_dataset
from turbo_cli.data.synth import synthesize

pytestmark = [pytest.mark.slow, needs_h264]


def test_four_kinds_of_cameras_lose_no_frame(tmp_path: Path) -> None:
    synthesize(tmp_path / "street", cameras=4, frames=20, fps=5.0, seed=77)
    run = soak(open_dataset(tmp_path / "street"), tmp_path / "run", 20.0, TURBO)
    assert Counter(record["camera"] for record in run.records) == run.sent
    assert len(run.sent) == 4 and min(run.sent.values()) >= 90
    keys = {(record["camera"], record["index"], record["arrived_at"]) for record in run.all_records}
    assert run.ended.startswith(f"ended: {len(run.all_records)} frames accepted")
    assert len(keys) == len(run.all_records)
    assert (run.report.answered, run.report.lost) == (80, 0)
    assert {record["level"] for record in run.records} > {0}, "some were enhanced"
    assert run.report.map
    assert len(run.watch.windows) > 20
