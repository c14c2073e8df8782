"""`turbo weights`: one file a subcommand."""

import typer

from turbo_cli.cli.weights.train import train

app = typer.Typer(no_args_is_help=True, help="Find, fetch, install and check the weights of detectors.")

app.command("train")(train)
