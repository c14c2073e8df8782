"""What holds for every command: help, an example, one-line errors, JSON, silence, no colours, completion."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docs.generate import Command

from tests.cli.commands import ALL, GROUPS, LEAVES, LONG, WITH_JSON, complete_line
from tests.conftest import RunTurbo
from tests.docs.json_table import read_table

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m")

every_command = pytest.mark.parametrize("command", ALL, ids=str)
every_leaf = pytest.mark.parametrize("command", LEAVES, ids=str)
every_json = pytest.mark.parametrize("command", [c for c in WITH_JSON if str(c) not in LONG], ids=str)


@every_command
def test_help_says_what_it_does_and_shows_an_example_of_it(command: Command, turbo: RunTurbo) -> None:
    assert command.parsed.help
    assert command.parsed.help.split("\n")[0].endswith(".")
    if not command.is_group:
        assert (command.parsed.epilog or "").startswith(f"Example: turbo {command}")
    undescribed = [parameter.name for parameter in command.parsed.params if not parameter.help]
    assert not undescribed
    finished = turbo(*command.path, "--help")
    assert (finished.status, finished.err) == (0, "")
    assert "Usage: " in finished.out


@every_command
def test_no_color_takes_the_colours_from_help_and_errors(
    command: Command, turbo: RunTurbo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert COLOUR.search(turbo(*command.path, "--help").out), "the check can see colours"
    monkeypatch.setenv("NO_COLOR", "")  # so that what the command sets is undone after the test
    assert not COLOUR.search(turbo(*command.path, "--help", "--no-color").out)
    monkeypatch.setenv("NO_COLOR", "")
    finished = turbo(*command.path, "--no-such-option", "--no-color")
    assert finished.status == 2
    assert not COLOUR.search(finished.err)


@every_command
def test_a_misspelt_option_is_one_line_and_status_2(command: Command, turbo: RunTurbo) -> None:
    finished = turbo(*command.path, "--no-such-option")
    assert (finished.status, finished.out) == (2, "")
    assert finished.err.startswith("error: ") and finished.err.count("\n") == 1


@every_leaf
@pytest.mark.parametrize("flag", ["--quiet", "--verbose", "--no-color"])
def test_global_flags_may_stand_anywhere(
    command: Command, flag: str, turbo: RunTurbo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    before, behind = turbo(flag, *command.path, "--help"), turbo(*command.path, "--help", flag)
    assert before.status == behind.status == 0
    assert before.out == behind.out
    assert not {"--quiet", "--verbose", "--no-color", "--version"} & command.options


@every_json
def test_json_is_all_that_stdout_holds_and_is_as_documented(
    command: Command, turbo: RunTurbo, folder: Path
) -> None:
    finished = turbo(*complete_line(command, folder), "--json", "--quiet")
    assert finished.status == 0, finished.err
    assert finished.err == ""
    read_table().check(str(command), json.loads(finished.out))


@every_json
def test_quiet_drops_what_is_for_people(command: Command, turbo: RunTurbo, folder: Path) -> None:
    before = set(folder.iterdir())
    assert turbo(*complete_line(command, folder)).out
    for made in set(folder.iterdir()) - before:  # some commands refuse to write over it
        shutil.rmtree(made) if made.is_dir() else made.unlink()
    finished = turbo(*complete_line(command, folder), "--quiet")
    assert (finished.status, finished.out, finished.err) == (0, "", "")


@pytest.mark.parametrize(
    ("shell", "group"),
    [("bash", each) for each in GROUPS] + [("zsh", GROUPS[0]), ("fish", GROUPS[0])],
    ids=str,
)
def test_shells_complete_subcommands(shell: str, group: Command) -> None:
    """In a process of its own, whose program is called `turbo`."""
    words = " ".join(["turbo", *group.path, ""])
    environment = {
        "_TURBO_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split())),
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    code = "import sys; sys.argv = ['turbo']; from turbo_cli.cli.main import main; main()"
    finished = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True
    )
    assert "Usage" not in finished.stdout
    assert set(group.parsed.commands) <= set(re.findall(r"[\w-]+", finished.stdout))
