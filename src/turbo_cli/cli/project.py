"""`turbo.yaml`: the defaults of every command's options, and `turbo init`, which writes one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.serving.settings import Project

EXAMPLE = "Example: turbo init"

FILE = Path("turbo.yaml")
"""Read where it lies in the current folder, unless another one is named."""

_PROJECT = "turbo_cli.project"


def use(context: typer.Context, named: Path | None) -> None:
    """Read the project file, if there is one, and take its top level as defaults of all options."""
    path = named or (FILE if FILE.exists() else None)
    if path is None or context.invoked_subcommand == "init":
        return
    project = _read(path)
    context.meta[_PROJECT] = (path, project)
    values = project.model_dump(mode="json", exclude_unset=True, exclude={"serve"})
    context.default_map = _defaults(context.command, values)


def current(context: typer.Context) -> "Project":
    """The project file as `use` read it; without one, all defaults."""
    from turbo_cli.serving.settings import Project

    project: Project = context.meta[_PROJECT][1] if _PROJECT in context.meta else Project()
    return project


def reread(context: typer.Context) -> "Project":
    """The project file as it is now. Raises `TurboError`."""
    return _read(context.meta[_PROJECT][0]) if _PROJECT in context.meta else current(context)


def init(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = FILE,
    schema: Annotated[bool, typer.Option("--schema", help="Print the file's JSON schema instead.")] = False,
) -> None:
    """Write a commented turbo.yaml, which every command reads in its folder."""
    from turbo_cli.serving.template import SCHEMA, write_template

    output: Output = context.obj
    if schema:
        output.json(SCHEMA)
        return
    write_template(out)
    output.text(f"{out}: fill in what differs; `turbo serve check` says whether it can be served")


def _read(path: Path) -> "Project":
    from turbo_cli.artifacts import yaml_file
    from turbo_cli.serving.settings import Project

    return yaml_file.read(path, Project, "turbo init")


def _defaults(command: Any, values: dict[str, Any]) -> dict[str, Any]:
    """A command's part of click's default map: its options' values, and those of its subcommands."""
    children = {name: _defaults(child, values) for name, child in getattr(command, "commands", {}).items()}
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    own = {option.name: values[key] for option in options if (key := _key(option.opts)) in values}
    return own | children


def _key(names: list[str]) -> str:
    return max(names, key=len).lstrip("-")
