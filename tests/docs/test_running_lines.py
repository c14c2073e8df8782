"""Every command line of the documentation that needs no network, run on small stand-ins."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, RunTurbo
from tests.docs.lines import EXAMPLES, PAGES, Line, typed_lines
from tests.docs.stand_ins import MADE, NOT_RUN, command_of, make_stand_ins, runnable

pytestmark = pytest.mark.slow

RECORD = REPOSITORY / "docs" / "own-video.md"
"""What somebody typed once, mistakes and what they led to included."""

LINES = {
    tuple(line.words): line for file in (*PAGES, *EXAMPLES) if file != RECORD for line in typed_lines(file)
}
"""Each but once, however many pages have it."""
RUN = [
    line
    for line in LINES.values()
    if command_of(line.words) not in NOT_RUN and "FORMAT" not in line.words and "$" not in line.text
]


@pytest.mark.parametrize("line", RUN, ids=str)
def test_a_line_does_what_it_says(
    line: Line, turbo: RunTurbo, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.getbasetemp() / "stand-ins"
    if not folder.exists():
        folder.mkdir()
        monkeypatch.chdir(folder)
        make_stand_ins(turbo)
    own = shutil.copytree(folder, tmp_path_factory.mktemp("line") / "here")
    monkeypatch.chdir(own)
    monkeypatch.setenv("TURBO_CACHE", str(own / "cache"))
    if position := MADE.get(command_of(line.words)):
        shutil.rmtree(line.words[position], ignore_errors=True)
    if command_of(line.words) == "serve check":
        Path("turbo.yaml.example").rename("turbo.yaml")
    finished = turbo(*runnable(line.words))
    assert finished.status == 0, finished.err
