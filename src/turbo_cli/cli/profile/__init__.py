"""`turbo profile`: one file a subcommand."""

import typer

from turbo_cli.cli.profile import check, diff, show

app = typer.Typer(
    no_args_is_help=True,
    help="What each level costs and gains.",
    epilog="Example: turbo profile show profiles/cpu/tiny",
)
app.command("show", epilog=show.EXAMPLE)(show.show)
app.command("diff", epilog=diff.EXAMPLE)(diff.diff)
app.command("check", epilog=check.EXAMPLE)(check.check)
