"""Writes `docs/commands/`, a page for each command, from the command line itself: `make docs`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import typer.main

from turbo_cli.cli.main import app

FOLDER = Path(__file__).parent / "commands"
INDEX = "README.md"

PROSE = {
    "data import": "importing",
    "detect": "detectors",
    "evaluate": "evaluate",
    "label-difficulty": "label-difficulty",
    "plan": "scheduling",
    "profile": "profile",
    "profile check": "gains",
    "profile diff": "gains",
    "profile measure": "profile",
    "profile show": "gains",
    "quickstart": "quickstart",
    "replay": "replay",
    "report": "report",
    "schedule-sim": "schedule-sim",
    "serve": "operating",
    "serve check": "operating",
    "train-gan": "training",
    "train-multiexit": "training",
    "try": "try",
    "weights": "detectors",
    "weights fine-tune": "training",
    "weights verify": "detectors",
}
"""The page that tells what a command's page does not: why and how."""


@dataclass(frozen=True)
class Command:
    """One command or group. path: as it is typed after `turbo`. options: all names of its options."""

    path: tuple[str, ...]
    parsed: Any

    @property
    def is_group(self) -> bool:
        return hasattr(self.parsed, "commands")

    @property
    def options(self) -> set[str]:
        return {name for parameter in self.parsed.params for name in parameter.opts}

    @property
    def page(self) -> str:
        return f"{'-'.join(self.path)}.md" if self.path else INDEX

    def __str__(self) -> str:
        return " ".join(self.path) or "turbo"


def walk(parsed: Any, path: tuple[str, ...] = ()) -> Iterator[Command]:
    """A command and all below it."""
    yield Command(path, parsed)
    for name, child in getattr(parsed, "commands", {}).items():
        yield from walk(child, (*path, name))


def all_commands() -> list[Command]:
    """Every command and group of `turbo`, itself first."""
    return list(walk(typer.main.get_command(app)))


def pages() -> dict[str, str]:
    """Markdown by file name."""
    return {command.page: "\n\n".join(_paragraphs(command)) + "\n" for command in all_commands()}


def write() -> None:
    """Write all pages, and remove those of commands that are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for old in set(FOLDER.glob("*.md")) - {FOLDER / name for name in made}:
        old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)


def _paragraphs(command: Command) -> Iterator[str]:
    typed = " ".join(["turbo", *command.path])
    context = typer.Context(command.parsed, info_name=typed)
    yield f"# {typed}"
    yield command.parsed.help
    yield f"    {command.parsed.get_usage(context).removeprefix('Usage: ')}"
    if example := command.parsed.epilog:
        yield f"Example:\n\n    {example.removeprefix('Example: ')}"
    if command.is_group:
        yield from _subcommands(command)
    parameters = [one for one in command.parsed.get_params(context) if not one.hidden]
    yield from _arguments([one for one in parameters if one.param_type_name == "argument"], context)
    yield from _options([one for one in parameters if one.param_type_name == "option"], context)
    yield _see_also(command)


def _subcommands(command: Command) -> Iterator[str]:
    yield "## Commands"
    children = [one for one in walk(command.parsed, command.path) if one.path and one != command]
    rows = [(f"[`turbo {one}`]({one.page})", one.parsed.help.split("\n")[0]) for one in children]
    yield _table(("command", "what it does"), rows)


def _arguments(arguments: list[Any], context: typer.Context) -> Iterator[str]:
    if arguments:
        yield "## Arguments"
        rows = [(f"`{one.display_name_raw}`", _value(one, context), one.help) for one in arguments]
        yield _table(("argument", "value", "what it is"), rows)


def _options(options: list[Any], context: typer.Context) -> Iterator[str]:
    """A table for each panel of `--help`, in its order."""
    order = list(dict.fromkeys(one.rich_help_panel for one in options))
    options = sorted(
        options, key=lambda one: (one.rich_help_panel is not None, order.index(one.rich_help_panel))
    )
    for panel, members in groupby(options, key=lambda one: one.rich_help_panel):
        yield f"## {panel or 'Options'}"
        rows = [
            (
                ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts]),
                _value(one, context),
                _default(one, context),
                one.help,
            )
            for one in members
        ]
        yield _table(("option", "value", "default", "what it does"), rows)


def _value(parameter: Any, context: typer.Context) -> str:
    """What may be given, as `--help` shows it: its type or choices, and its range."""
    shown = parameter.display_type_rich(context) or ""
    if shown == "<bool>":
        return "flag"
    choices = shown.removeprefix("<").removesuffix(">").split("|")
    limits = parameter._get_number_range_help_str()
    return " or ".join(f"`{choice}`" for choice in choices if choice) + (f", {limits}" if limits else "")


def _default(option: Any, context: typer.Context) -> str:
    if option.required:
        return "required"
    value = option.get_default(context)
    if option.secondary_opts:
        return f"`{(option.opts if value else option.secondary_opts)[0]}`"
    return "" if value in (None, False, "") else f"`{value}`"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _see_also(command: Command) -> str:
    links = ["[exit statuses](../cli.md#exit-statuses)"]
    if "--json" in command.options:
        links.append("[what `--json` prints](../cli.md#results-as-json)")
    if page := PROSE.get(str(command)):
        links.append(f"[more about it](../{page}.md)")
    return f"See also: {', '.join(links)}."


if __name__ == "__main__":
    write()
