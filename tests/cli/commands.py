"""Every command of `turbo`, found by walking the app: a command added later is covered by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main

from turbo_cli.cli.main import app


@dataclass(frozen=True)
class Command:
    """One command or group. path: as it is typed after `turbo`. options: the longest name of each."""

    path: tuple[str, ...]
    parsed: Any

    @property
    def is_group(self) -> bool:
        return hasattr(self.parsed, "commands")

    @property
    def options(self) -> set[str]:
        return {name for parameter in self.parsed.params for name in parameter.opts}

    def __str__(self) -> str:
        return " ".join(self.path) or "turbo"


def _walk(parsed: Any, path: tuple[str, ...]) -> Iterator[Command]:
    yield Command(path, parsed)
    for name, child in getattr(parsed, "commands", {}).items():
        yield from _walk(child, (*path, name))


ALL = list(_walk(typer.main.get_command(app), ()))
LEAVES = [command for command in ALL if not command.is_group]
WITH_JSON = [command for command in LEAVES if "--json" in command.options]

# What stands for each required parameter, by its name; `folder` is the test's own.
ARGUMENTS: dict[str, Callable[[Path], str]] = {
    "detector": lambda folder: "plugin_for_tests:make",
    "name": lambda folder: "plugin_for_tests:make",
    "source": lambda folder: str(folder / "street"),
    "dataset": lambda folder: str(folder / "street"),
    "enhancer": lambda folder: str(folder / "enhancer.safetensors"),
    "out": lambda folder: str(folder / "out.json"),
}


def complete_line(command: Command, folder: Path) -> list[str]:
    """The command with a value for each of its required parameters.

    A command whose required parameter has a name that is new here needs one more line in `ARGUMENTS`.
    """
    line = list(command.path)
    for parameter in command.parsed.params:
        if parameter.required:
            is_option = parameter.param_type_name == "option"
            line += [*parameter.opts[:1] * is_option, ARGUMENTS[parameter.name](folder)]
    return line
