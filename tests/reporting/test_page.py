"""The report of a whole folder, of half of one, and of damaged files."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from turbo_cli.errors import TurboError
from turbo_cli.reporting.headline import find_headline
from turbo_cli.reporting.page import SECTIONS, make_report


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(run, tmp_path / "run")


def test_every_section_is_drawn_and_every_figure_has_its_table(run: Path) -> None:
    page = make_report(run)
    assert "Not here yet" not in page
    for section in SECTIONS:
        assert f"<h2>{section.title}</h2>" in page
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert len(figures) >= 17
    assert all("<svg" in figure and "<details>" in figure and "<table>" in figure for figure in figures)


def test_the_numbers_are_those_of_the_files(run: Path) -> None:
    page = make_report(run)
    levels = json.loads((run / "evaluation.json").read_text())["levels"]
    assert f"{100 * levels['4']['all']['ap50']:.1f}" in page
    without, enhanced = (
        json.loads((run / f"replay-{name}.json").read_text()) for name in ("without", "with")
    )
    found = find_headline(run)
    assert found
    assert (found.map_without, found.map_with) == (without["map"]["value"], enhanced["map"]["value"])
    assert (found.missed, found.of) == (enhanced["late"] + enhanced["dropped"], enhanced["answered"])


def test_without_replays_the_headline_is_the_simulation_and_without_that_there_is_none(copied: Path) -> None:
    (copied / "replay-with.json").unlink()
    summary = json.loads((copied / "simulation" / "summary.json").read_text())[0]
    found = find_headline(copied)
    assert found
    assert (found.map_with, found.missed, found.of) == (None, summary["missed"], summary["windows"])
    shutil.rmtree(copied / "simulation")
    assert find_headline(copied) is None


def test_a_part_that_is_missing_is_named_with_its_command(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    shutil.copy(run / "throughput.json", folder)
    page = make_report(folder)
    notes = re.findall(r'<p class="missing">(.*?)</p>', page)
    assert len(notes) == 1 + sum(len(section.parts) for section in SECTIONS) - 1
    assert f"turbo evaluate … --gallery {folder}/gallery --json &gt; {folder}/evaluation.json" in page
    assert "profile/latency.csv, profile/accuracy.csv" in page
    assert "Windows missed" in page


def test_a_folder_without_anything_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TurboError, match="holds nothing to report"):
        make_report(tmp_path)
    with pytest.raises(TurboError, match="no such folder"):
        make_report(tmp_path / "none")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def swap(path: Path) -> None:
    path.write_text('{"a": 1}')


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, swap, empty])
@pytest.mark.parametrize(
    "name",
    [
        "difficulty.csv",
        "gan.safetensors",
        "enhancer.safetensors",
        "evaluation.json",
        "profile/latency.csv",
        "throughput.json",
        "simulation/trace.csv",
        "simulation/plan.jsonl",
        "replay-with.json",
        "gallery",
    ],
)
def test_damaged_and_foreign_files_are_named(copied: Path, name: str, damage: Callable[[Path], None]) -> None:
    path = copied / name
    if path.is_dir():
        path = min(path.iterdir())
    damage(path)
    with pytest.raises(TurboError, match=re.escape(str(path))):
        make_report(copied)


def test_lines_of_logs_that_are_not_theirs_are_named(copied: Path) -> None:
    losses, results = copied / "log" / "losses.csv", copied / "results.ndjson"
    good = losses.read_text()
    losses.write_text(good + "60,d_frame,low\n")
    with pytest.raises(TurboError, match=r"losses\.csv: line 120: "):
        make_report(copied)
    losses.write_text(good)
    results.write_text('{"camera": "gate"}\n')
    with pytest.raises(TurboError, match=r"results\.ndjson: line 1: key index"):
        make_report(copied)


def test_names_are_escaped_and_pictures_are_few_and_small(copied: Path) -> None:
    odd = copied.rename(copied.with_name("<b>run"))
    for rank in range(3, 20):
        Image.new("RGB", (3000, 900)).save(odd / "gallery" / f"best-{rank:02d}-<i>.jpg")
    page = make_report(odd)
    assert "<b>run" not in page and "&lt;b&gt;run" in page
    assert page.count("data:image/jpeg") <= 6
    assert len(page) < 4_000_000
