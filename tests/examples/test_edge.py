"""`examples/edge`: every file parses, and names only what exists."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import REPOSITORY
from tests.serving.api.running import picture, post, serving
from turbo_cli.artifacts import yaml_file
from turbo_cli.cli.main import app
from turbo_cli.serving.settings import Project

EDGE = REPOSITORY / "examples" / "edge"
DASHBOARD = json.loads((EDGE / "grafana-dashboard.json").read_text(encoding="utf-8"))
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
OF_PLANS = {"turbo_correction_factor", "turbo_guard_on"}
"""Metrics that have samples only where there is an enhancer."""


def test_the_project_file_is_valid() -> None:
    project = yaml_file.read(EDGE / "turbo.yaml", Project, "turbo init")
    assert not project.serve.is_local
    assert {camera.name for camera in project.serve.cameras} == {"gate", "yard"}


def test_the_dashboard_asks_for_metrics_that_the_service_has() -> None:
    with serving() as service:
        post(service.client, picture())
        text = service.client.get("/metrics").text
    families = list(text_string_to_metric_families(text))
    known = {sample.name for family in families for sample in family.samples} | OF_PLANS
    assert {family.name for family in families} >= OF_PLANS
    used = {name for expression in EXPRESSIONS for name in re.findall(r"turbo_\w+", expression)}
    assert used and used <= known


def test_panels_do_not_lie_upon_each_other() -> None:
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def test_prometheus_scrapes_the_service() -> None:
    (job,) = yaml.safe_load((EDGE / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["edge-box:8080"]
    assert job["authorization"]["type"] == "Bearer"


def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    unit = (EDGE / "turbo.service").read_text(encoding="utf-8")
    path = tmp_path / "turbo.service"
    path.write_text(unit.replace("/opt/turbo/bin/turbo", sys.executable))
    for command in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        finished = subprocess.run(["systemd-analyze", *command, path], capture_output=True, text=True)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert finished.stderr == ""


def test_unit_and_container_run_commands_that_exist() -> None:
    unit = (EDGE / "turbo.service").read_text(encoding="utf-8")
    (started,) = re.findall(r"^ExecStart=/opt/turbo/bin/turbo (\w+) .*$", unit, re.MULTILINE)
    container = (EDGE / "Containerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^CMD (\[.*\])$", container, re.MULTILINE)
    names = {group.name for group in app.registered_groups}
    assert {started, json.loads(command)[0]} <= names
