"""Every `turbo …` of the documentation is what the command line takes: its commands and its options exist."""

from typing import Any

import pytest
import typer
import typer.main

from tests.docs.lines import EXAMPLES, PAGES, Line, mentions, typed_lines
from turbo_cli.cli.main import app, flags_first

TURBO: Any = typer.main.get_command(app)
TYPED = [line for file in (*PAGES, *EXAMPLES) for line in typed_lines(file)]
MENTIONED = [line for page in PAGES for line in mentions(page) if "COMMAND" not in line.words]


@pytest.mark.parametrize("line", TYPED, ids=str)
def test_a_typed_line_is_taken(line: Line) -> None:
    assert not _complaint(line.words)


@pytest.mark.parametrize("line", MENTIONED, ids=str)
def test_a_mentioned_line_names_what_exists(line: Line) -> None:
    """A sentence may leave out what is required, and an option's value."""
    complaint = _complaint(line.words)
    assert not complaint or complaint.startswith(("Missing ", "Option "))


def test_what_is_not_there_is_found() -> None:
    assert "No such command 'detct'" in _complaint(["detct"])
    assert "No such option: --weight" in _complaint(["detect", "x", "--weight", "y"])
    assert "Missing option '--out'" in _complaint(["detect", "x", "--detector", "tiny"])
    assert len(TYPED) > 60


def _complaint(words: list[str]) -> str:
    """What the command line says of these words without running anything; "" if it takes them."""
    command, context, words = TURBO, None, flags_first(words)
    try:
        while True:
            context = command.make_context(command.name, words, parent=context)
            rest = [*context._protected_args, *context.args]
            if not rest or not hasattr(command, "commands"):
                return ""
            _, command, words = command.resolve_command(context, rest)
    except typer.Exit:  # --help, --version
        return ""
    except typer.TyperException as error:
        return error.format_message()
