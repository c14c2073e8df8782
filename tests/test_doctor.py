"""`turbo doctor`: it tells what is there, what is not, and what mends it, without changing or crashing."""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import RunTurbo
from turbo_cli import __version__
from turbo_cli.doctor import DISTRIBUTION, Finding, examine, healthy


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TURBO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def named(findings: list[Finding], group: str, name: str) -> Finding:
    return next(finding for finding in findings if (finding.group, finding.name) == (group, name))


def test_a_sound_machine(cache: Path) -> None:
    findings = examine()
    assert healthy(findings), [finding for finding in findings if finding.vital and not finding.ok]
    assert named(findings, "versions", "turbo").detail == __version__
    assert "vector extensions" in named(findings, "devices", "cpu").detail
    assert named(findings, "codecs", "read h264").ok
    assert named(findings, "cache", "writable").ok
    lacks = [finding for finding in findings if not finding.ok]
    assert all(finding.mend for finding in lacks), "each lack says what mends it"


def test_every_requirement_and_extra_of_the_metadata_has_a_line() -> None:
    findings = examine()
    metadata = importlib.metadata.metadata(DISTRIBUTION)
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist") or []]
    core = {requirement.name for requirement in requirements if requirement.marker is None}
    assert core <= {finding.name for finding in findings if finding.group == "packages"}
    extras = {finding.name: finding for finding in findings if finding.group == "extras"}
    assert extras.keys() == set(metadata.get_all("Provides-Extra") or [])
    assert extras["test"].ok, "these tests run on it"


def test_weights_that_are_here_are_found(cache: Path) -> None:
    path = cache / "weights" / "yolov3.weights"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    findings = examine()
    assert named(findings, "weights", "yolov3").detail == str(path)
    absent = named(findings, "weights", "faster-rcnn")
    assert (absent.ok, absent.mend) == (False, "turbo weights pull faster-rcnn")


def test_a_cache_that_cannot_be_written(cache: Path, turbo: RunTurbo) -> None:
    cache.write_text("a file where the folder should be")
    finding = named(examine(), "cache", "writable")
    assert not finding.ok
    assert "TURBO_CACHE" in str(finding.mend)
    assert turbo("doctor").status == 0, "Turbo runs without it"


def test_a_package_that_does_not_load_is_a_line_and_status_1(tmp_path: Path) -> None:
    """As with the builds of torch and torchvision that install together and do not run together."""
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist')"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    finished = subprocess.run(
        [sys.executable, "-m", "turbo_cli", "doctor", "--json"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert (finished.returncode, finished.stderr) == (1, "")
    result = json.loads(finished.stdout)
    assert not result["healthy"]
    (broken,) = (each for each in result["findings"] if each["vital"] and not each["ok"])
    assert broken["detail"] == "operator torchvision::nms does not exist"
    assert broken["mend"] == "pip install --force-reinstall torch torchvision"


def test_a_package_of_another_version_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The metadata of an old rich, found before the installed one."""
    folder = tmp_path / "rich-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: rich\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    finding = named(examine(), "packages", "rich")
    assert (finding.ok, finding.vital) == (False, True)
    assert finding.detail.startswith("1.0, not ")
    assert str(finding.mend).startswith("pip install 'rich")


def test_people_read_one_line_a_finding(turbo: RunTurbo, cache: Path) -> None:
    finished = turbo("doctor")
    lines = finished.out.splitlines()
    assert finished.status == 0
    assert all(line.startswith(("ok ", "missing ")) for line in lines)
    assert any(line.startswith("ok       versions  turbo: ") for line in lines)
    assert any(line.endswith("→ turbo weights pull yolov3") for line in lines)
