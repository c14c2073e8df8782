"""`turbo profile`: one file a subcommand."""

from typing import Any

import typer
from typer.core import TyperGroup

from turbo_cli.cli.profile import check, diff, measure, show


class _MeasuresByDefault(TyperGroup):
    """`turbo profile --detector …` is `turbo profile measure --detector …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = ["measure", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_MeasuresByDefault,
    no_args_is_help=True,
    help="What each level costs and gains; with options alone, `measure` is meant.",
    epilog="Example: turbo profile --detector tiny --enhancer enhancer.safetensors --dataset streets"
    " --gpu cpu --out profiles/cpu/tiny",
)
app.command("measure", epilog=measure.EXAMPLE)(measure.measure)
app.command("show", epilog=show.EXAMPLE)(show.show)
app.command("diff", epilog=diff.EXAMPLE)(diff.diff)
app.command("check", epilog=check.EXAMPLE)(check.check)
