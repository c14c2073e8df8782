"""`turbo weights`: one file a subcommand."""

import typer

from turbo_cli.cli.weights import fine_tune, import_, list_, pull, train, verify

app = typer.Typer(
    no_args_is_help=True,
    help="Find, fetch, install and check the weights of detectors.",
    epilog="Example: turbo weights pull yolov3",
)
app.command("list", epilog=list_.EXAMPLE)(list_.list_)
app.command("pull", epilog=pull.EXAMPLE)(pull.pull)
app.command("import", epilog=import_.EXAMPLE)(import_.import_)
app.command("verify", epilog=verify.EXAMPLE)(verify.verify)
app.command("train", epilog=train.EXAMPLE)(train.train)
app.command("fine-tune", epilog=fine_tune.EXAMPLE)(fine_tune.fine_tune)
