"""`turbo weights`: one file a subcommand."""

import typer

from turbo_cli.cli.weights import import_, list_, pull

app = typer.Typer(
    no_args_is_help=True,
    help="Find, fetch, install and check the weights of detectors.",
    epilog="Example: turbo weights pull yolov3",
)
app.command("list", epilog="Example: turbo weights list")(list_.list_)
app.command("pull", epilog="Example: turbo weights pull faster-rcnn")(pull.pull)
app.command("import", epilog="Example: turbo weights import yolov3 ~/yolov3.weights")(import_.import_)
