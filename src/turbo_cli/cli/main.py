"""`turbo`: the table of contents of the command line, and its exit statuses."""

import os
import sys
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli import __version__
from turbo_cli.allocator import keep_freed_memory
from turbo_cli.cli import (
    data,
    detect,
    doctor,
    evaluate,
    label_difficulty,
    plan,
    profile,
    project,
    quickstart,
    replay,
    report,
    schedule_sim,
    serve,
    train_gan,
    train_multiexit,
    try_,
    weights,
)
from turbo_cli.cli.first import StagesInOrder
from turbo_cli.cli.output import Output
from turbo_cli.errors import TurboError

INTERRUPTED = 130
EXTRAS = {"fastapi": "serve", "uvicorn": "serve"}
"""Packages that only some commands need, and the extra that brings them."""
GLOBAL_FLAGS = ("--quiet", "--verbose", "--no-color")

app = typer.Typer(
    name="turbo",
    cls=StagesInOrder,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Spend an edge box's idle GPU time on the frames that its detector finds hard.",
    epilog="Example: turbo detect --detector tiny street.mp4 --out boxes.json",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"turbo {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only warnings, errors, and what --json asks for.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print details on the way.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours (as NO_COLOR=1).")] = False,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="The project file, in place of ./turbo.yaml."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read the options that hold for every command; they may stand anywhere on the line."""
    keep_freed_memory()
    context.obj = Output(quiet=quiet, verbose=verbose, color=not no_color)
    project.use(context, config)


app.add_typer(data.app, name="data")
app.add_typer(weights.app, name="weights")
app.add_typer(profile.app, name="profile")
app.add_typer(serve.app, name="serve")
app.command("detect", epilog=detect.EXAMPLE)(detect.detect)
app.command("label-difficulty", epilog=label_difficulty.EXAMPLE)(label_difficulty.label_difficulty)
app.command("train-gan", epilog=train_gan.EXAMPLE)(train_gan.train_gan)
app.command("train-multiexit", epilog=train_multiexit.EXAMPLE)(train_multiexit.train_multiexit)
app.command("schedule-sim", epilog=schedule_sim.EXAMPLE)(schedule_sim.schedule_sim)
app.command("evaluate", epilog=evaluate.EXAMPLE)(evaluate.evaluate)
app.command("plan", epilog=plan.EXAMPLE)(plan.plan)
app.command("replay", epilog=replay.EXAMPLE)(replay.replay)
app.command("quickstart", epilog=quickstart.EXAMPLE)(quickstart.quickstart)
app.command("try", epilog=try_.EXAMPLE)(try_.try_)
app.command("report", epilog=report.EXAMPLE)(report.report)
app.command("init", epilog=project.EXAMPLE)(project.init)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)


def main() -> None:
    """Run `turbo` on `sys.argv`: 0 done, 2 the user can mend it (one line on stderr), 130 Ctrl-C.

    A bug raises what it raises, with its traceback.
    """
    arguments = flags_first(sys.argv[1:])
    if "--no-color" in arguments:
        os.environ["NO_COLOR"] = "1"  # read by rich, which prints typer's help too
    output = Output(color="--no-color" not in arguments)
    try:
        with output.showing_warnings():
            status = app(arguments, standalone_mode=False)
    except TurboError as error:
        output.error(str(error))
        status = 2
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        output.error(f"this needs the package {error.name} (pip install 'turbo-cli[{EXTRAS[error.name]}]')")
        status = 2
    except typer.TyperException as error:
        if message := error.format_message():  # says nothing where typer has printed the help instead
            output.error(message)
        status = 2
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:  # typer too makes this of Ctrl-C, and says nothing
        output.error("interrupted")
    sys.exit(status)


def flags_first(arguments: list[str]) -> list[str]:
    """Move the global options to the front, so that they may stand behind a subcommand too."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    others: list[str] = []
    waiting = iter(arguments[:end])
    for argument in waiting:
        if argument in GLOBAL_FLAGS or argument.startswith("--config="):
            first.append(argument)
        elif argument == "--config":
            first += [argument, *islice(waiting, 1)]
        else:
            others.append(argument)
    return [*first, *others, *arguments[end:]]
