import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.serving.engine.virtual import Node
from tests.simulation.profiles import PROVENANCE
from turbo_cli.artifacts import plan
from turbo_cli.artifacts.plan import WindowPlan
from turbo_cli.errors import TurboError
from turbo_cli.serving.engine import EngineOptions
from turbo_cli.serving.engine.plan_log import PlanFiles, PlanLog

Plans = Callable[[int], list[WindowPlan]]


def test_the_plan_of_every_window_is_written(tmp_path: Path) -> None:
    node = Node(EngineOptions(plans=PlanFiles(tmp_path / "plans")))
    node.serve(node.frames(2))
    assert node.parts.plans
    node.parts.plans.close()
    [path] = (tmp_path / "plans").glob("*.jsonl")
    table = plan.read(path)
    assert list(table.rows) == [report.plan for report in node.figures.recent()]
    assert table.provenance.settings["window_ms"] == 200
    assert (table.provenance.detector, len(table.rows) > 5) == (node.detector.name, True)


@pytest.fixture
def plans() -> Plans:
    """So many plans, of windows that rise from 0."""
    node = Node()
    node.serve(node.frames(0.3))
    first = next(report.plan for report in node.figures.recent() if report.plan)
    return lambda count: [replace(first, window=number) for number in range(count)]


def test_full_files_turn_over_and_the_oldest_go(tmp_path: Path, plans: Plans) -> None:
    (tmp_path / "own.jsonl").write_text("{}")
    log = PlanLog(PlanFiles(tmp_path, windows=3, keep=2), PROVENANCE)
    for row in plans(11):
        log.append(row)
    log.close()
    kept = sorted(tmp_path.glob("plan-*.jsonl"))
    assert [[row.window for row in plan.read(path).rows] for path in kept] == [[6, 7, 8], [9, 10]]
    assert len(list(tmp_path.iterdir())) == 5, "sidecars go, and nothing else does"


def test_what_the_disk_refuses_costs_a_file_and_no_more(
    tmp_path: Path, plans: Plans, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "plans"
    log = PlanLog(PlanFiles(folder, windows=3), PROVENANCE)
    folder.rmdir()
    folder.write_text("in the way")
    with caplog.at_level(logging.WARNING):
        for row in plans(4):
            log.append(row)
        assert len(caplog.records) == 1
        assert "the next 3 are not written" in caplog.text
        folder.unlink()
        for row in plans(2):
            log.append(row)
        log.close()
    [path] = folder.glob("*.jsonl")
    assert [row.window for row in plan.read(path).rows] == [0, 1]


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TurboError, match="cannot write"):
        PlanLog(PlanFiles(tmp_path / "file"), PROVENANCE)
