"""`turbo data`: one file a subcommand."""

import typer

from turbo_cli.cli.data.import_ import import_

app = typer.Typer(no_args_is_help=True, help="Bring data in, look at it, split it, make it up.")
app.command("import", epilog="Example: turbo data import yolo traffic-cameras/ cameras/")(import_)
