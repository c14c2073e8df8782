"""Every command's help: one screen, its options in groups, none of them a paragraph."""

import pytest
from docs.generate import Command

from tests.cli.commands import ALL
from tests.conftest import RunTurbo
from turbo_cli.cli.options import PANELS

COLUMNS, LINES = 100, 50
UNGROUPED = 9
"""As many options stand in one panel without getting lost."""

every_command = pytest.mark.parametrize("command", ALL, ids=str)


@every_command
def test_help_fits_a_screen(command: Command, turbo: RunTurbo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    lines = turbo(*command.path, "--help").out.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= COLUMNS


@every_command
def test_many_options_stand_in_groups(command: Command) -> None:
    panels = [
        parameter.rich_help_panel
        for parameter in command.parsed.params
        if parameter.param_type_name == "option"
    ]
    assert set(panels) <= {None, *PANELS}, "a group is named in cli/options.py"
    assert len(panels) <= UNGROUPED or len(set(panels)) > 2
    assert panels.count(None) <= UNGROUPED


@every_command
def test_required_options_stand_first(command: Command) -> None:
    required = [parameter for parameter in command.parsed.params if parameter.required]
    assert {getattr(parameter, "rich_help_panel", None) for parameter in required} <= {None}
