"""The table of `--json` in `docs/cli.md`: whole, and true of what commands print of labelled frames.

What every command prints of small data is held to it in `tests/cli/test_every_command.py`.
"""

import json
import re
from pathlib import Path

import pytest

from tests.cli.commands import WITH_JSON
from tests.conftest import RunTurbo
from tests.docs.json_table import SIMPLE, read_table

TABLE = read_table()


def test_each_command_with_json_is_in_the_table() -> None:
    commands = {owner for owner in TABLE.keys if owner[0].islower()}
    assert commands == {str(command) for command in WITH_JSON}


def test_each_type_is_said_and_used() -> None:
    used = {word for keys in TABLE.keys.values() for type_ in keys.values() for word in _types(type_)}
    said = {owner for owner in TABLE.keys if owner[0].isupper()}
    assert used - set(SIMPLE) == said


def _types(type_: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"\{\w+:", "", type_))) - {"or", "optional"}


@pytest.mark.parametrize(
    "line",
    [
        ["detect", "--detector", "tiny", "--out", "boxes.json"],
        ["data info"],
        ["label-difficulty", "--detector", "tiny", "--out", "difficulty.csv", "--calibrate", "--dataset"],
        ["schedule-sim", "--profile", "cpu/tiny", "--enhancer", "tiny", "--cameras", "2", "--dataset"],
    ],
    ids=lambda line: line[0],
)
def test_labelled_frames(
    line: list[str], turbo: RunTurbo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    turbo("data", "synth", "street", "--cameras", "2", "--frames", "3")
    finished = turbo(*line[0].split(), *line[1:], "street", "--json")
    assert finished.status == 0, finished.err
    TABLE.check(line[0], json.loads(finished.out))


@pytest.mark.parametrize(
    ("command", "value"),
    [
        ("data join", {"out": "x", "frames": 1, "cameras": 1}),
        ("data join", {"out": "x", "frames": 1, "cameras": 1, "boxes": 1, "new": 1}),
        ("data join", {"out": "x", "frames": 1, "cameras": 1, "boxes": "1"}),
        ("data join", {"out": "x", "frames": True, "cameras": 1, "boxes": 1}),
        ("profile check", {"cpu/tiny": {"oddities": [{}], "warnings": []}}),
        ("weights list", {}),
    ],
)
def test_what_differs_is_found(command: str, value: object) -> None:
    with pytest.raises(AssertionError):
        TABLE.check(command, value)
