"""`turbo report` from the command line."""

from pathlib import Path

from tests.conftest import RunTurbo
from tests.reporting.runs import write_losses


def test_the_page_lies_in_the_folder_or_where_it_is_told(tmp_path: Path, turbo: RunTurbo) -> None:
    run = write_losses(tmp_path / "run")
    finished = turbo("report", run)
    assert (finished.status, finished.err) == (0, "")
    assert str(run / "report.html") in finished.out
    assert turbo("report", run, "--out", tmp_path / "other" / "page.html").status == 0
    assert (tmp_path / "other" / "page.html").read_text() == (run / "report.html").read_text()


def test_what_is_damaged_is_one_line_and_leaves_no_page(tmp_path: Path, turbo: RunTurbo) -> None:
    run = write_losses(tmp_path / "run")
    (run / "throughput.json").write_text("[{}]")
    finished = turbo("report", run)
    assert (finished.status, finished.out) == (2, "")
    assert "throughput.json: key 0.fps: field required" in finished.err and finished.err.count("\n") == 1
    assert not (run / "report.html").exists()
