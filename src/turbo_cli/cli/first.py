"""Stages in the wrong order: the command that has to run first, with what the user has typed already."""

import shlex
from typing import Any

from typer.core import TyperGroup

from turbo_cli.cli.options import DETECTOR
from turbo_cli.errors import MissingFileError, TurboError

_TYPED = "turbo_cli.typed"


class StagesInOrder(TyperGroup):
    """The root command: where a file is missing that an earlier command makes, its line is in the error."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Keep the words behind the root's own options, which are used up as they are parsed."""
        ctx.meta.setdefault(_TYPED, list(args))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand; raises `TurboError` in place of `MissingFileError`."""
        try:
            return super().invoke(ctx)
        except MissingFileError as missing:
            line = _line(self, missing, _values(self, ctx))
            raise TurboError(missing.message, f"run `{line}` first") from missing


def _values(command: Any, context: Any) -> dict[str, Any]:
    """The innermost command's parameters by name, defaults and project file's values among them."""
    words = context.meta[_TYPED]
    while words and hasattr(command, "commands"):
        name, command, words = command.resolve_command(context, words)
        context = command.make_context(name, words, parent=context)
        words = [*context._protected_args, *context.args]
    return dict(context.params)


def _line(root: Any, missing: MissingFileError, values: dict[str, Any]) -> str:
    """The command that makes the file: what it requires, the file itself, and which detector is meant.

    A parameter of the same name has the same meaning; what nobody has said is in capitals.
    """
    command = root
    for word in missing.made_by.split()[1:]:
        command = command.commands[word]
    known = values | {"out": missing.path}
    words = [missing.made_by]
    for parameter in command.params:
        value = known.get(parameter.name)
        differs = value is not None and value != parameter.default
        of_detector = getattr(parameter, "rich_help_panel", None) == DETECTOR
        if parameter.required or parameter.name == "out" or (of_detector and differs):
            is_option = parameter.param_type_name == "option"
            shown = parameter.opts[0].lstrip("-").upper() if value is None else shlex.quote(str(value))
            words += [*parameter.opts[:1] * is_option, shown]
    return " ".join(words)
