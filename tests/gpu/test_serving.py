"""The service on a CUDA device: frames come back with boxes, some of them enhanced."""

from pathlib import Path

import pytest

from tests.serving.processes import read_records, serve_process
from turbo_cli.data import open_dataset
from turbo_cli.serving.replay import ReplayOptions, replay

pytestmark = pytest.mark.gpu

PROJECT = """
detector: tiny
enhancer: tiny
profile: cpu/tiny
device: cuda:0
serve:
  port: 0
  window_ms: 400
  guard: false
  results: {ndjson: {path: results.ndjson}}
  cameras:
    - {name: camera-0-000, url: "post:"}
    - {name: camera-0-001, url: "post:"}
"""


def test_posted_frames_are_answered_and_enhanced_in_time(street: Path, tmp_path: Path) -> None:
    (tmp_path / "turbo.yaml").write_text(PROJECT)
    with serve_process(tmp_path) as served:
        report, outcomes = replay(open_dataset(street), served.url, ReplayOptions(fps=5, seconds=8))
    records = read_records(tmp_path / "results.ndjson")
    assert len(records) == len(outcomes) == report.answered == report.whole
    assert report.late == report.dropped == 0
    assert {record["level"] for record in records} - {0}, "the device has time to spare"
    assert sum(len(record["boxes"]) for record in records) > len(records)
