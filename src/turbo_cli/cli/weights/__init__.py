"""`turbo weights`: one file a subcommand."""

import typer

app = typer.Typer(no_args_is_help=True, help="Find, fetch, install and check the weights of detectors.")
