"""`turbo data`: one file a subcommand."""

import typer

app = typer.Typer(no_args_is_help=True, help="Bring data in, look at it, split it, make it up.")
