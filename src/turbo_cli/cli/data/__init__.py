"""`turbo data`: one file a subcommand."""

import typer

from turbo_cli.cli.data import degrade, import_, info, join, label, split, synth, view

app = typer.Typer(no_args_is_help=True, help="Bring data in, look at it, split it, make it up.")
app.command("import", epilog=import_.EXAMPLE)(import_.import_)
app.command("info", epilog=info.EXAMPLE)(info.info)
app.command("view", epilog=view.EXAMPLE)(view.view)
app.command("split", epilog=split.EXAMPLE)(split.split)
app.command("join", epilog=join.EXAMPLE)(join.join)
app.command("label", epilog=label.EXAMPLE)(label.label)
app.command("synth", epilog=synth.EXAMPLE)(synth.synth)
app.command("degrade", epilog=degrade.EXAMPLE)(degrade.degrade)
