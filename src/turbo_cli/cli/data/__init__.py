"""`turbo data`: one file a subcommand."""

import typer

from turbo_cli.cli.data import info, split, synth, view

app = typer.Typer(no_args_is_help=True, help="Bring data in, look at it, split it, make it up.")
app.command("info", epilog=info.EXAMPLE)(info.info)
app.command("split", epilog=split.EXAMPLE)(split.split)
app.command("synth", epilog="Example: turbo data synth street --cameras 4 --frames 300 --seed 0")(synth.synth)
app.command("view", epilog=view.EXAMPLE)(view.view)
