"""`turbo serve`: cameras in, boxes out, until SIGTERM."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from turbo_cli.cli import project
from turbo_cli.cli.options import DETECTOR, OUTPUT, SCHEDULING, DeviceOption, SizeOption, WeightsOption
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.serving.settings import Project

EXAMPLE = "Example: turbo serve --camera rtsp://gate/live --detector tiny --results boxes.ndjson"
CHECK_EXAMPLE = "Example: turbo serve check --config turbo.yaml"

app = typer.Typer(
    invoke_without_command=True,
    help="Serve cameras: watch, enhance, detect, and hand out boxes until SIGTERM.",
    epilog=EXAMPLE,
)

_SETTINGS = "turbo_cli.serve"


@app.callback()
def serve(
    context: typer.Context,
    camera: Annotated[
        str | None, typer.Option(metavar="URL|FILE", help="One camera, in place of the project file's.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. (127.0.0.1)")] = None,
    port: Annotated[int | None, typer.Option(metavar="N", help="Port to listen on; 0: any. (8080)")] = None,
    insecure: Annotated[bool | None, typer.Option("--insecure", help="Any host, without a token.")] = None,
    detector: Annotated[
        str, typer.Option(help="A name of `turbo weights list`, or module:factory.", rich_help_panel=DETECTOR)
    ] = "tiny",
    weights: WeightsOption = None,
    size: SizeOption = None,
    device: DeviceOption = "cpu",
    enhancer: Annotated[
        Path | None, typer.Option(help="Without one, level 0 is served.", rich_help_panel=DETECTOR)
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="A profile's folder, or a shipped one's name.", rich_help_panel=SCHEDULING),
    ] = None,
    window: Annotated[
        float | None,
        typer.Option(metavar="MS", help="The interval T in milliseconds. (200)", rich_help_panel=SCHEDULING),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(help="all, glimpse, vigil or noscope. (all)", rich_help_panel=SCHEDULING),
    ] = None,
    no_guard: Annotated[
        bool | None,
        typer.Option("--no-guard", help="Trust the enhancer on every camera.", rich_help_panel=SCHEDULING),
    ] = None,
    results: Annotated[
        Path | None, typer.Option(help="NDJSON file to write records to.", rich_help_panel=OUTPUT)
    ] = None,
    log_format: Annotated[
        Literal["text", "json"], typer.Option(help="Of the log on stderr.", rich_help_panel=OUTPUT)
    ] = "text",
) -> None:
    """Serve cameras: watch, enhance, detect, and hand out boxes until SIGTERM. SIGHUP reloads the cameras.

    What has no option here is said in the project file (`turbo init` writes one).
    """
    from turbo_cli.serving import serve as serve_until_told
    from turbo_cli.serving.logs import log_to_stderr
    from turbo_cli.serving.settings import with_options

    output: Output = context.obj
    shared = {"detector": detector, "weights": weights, "size": size, "device": device}
    files = {"enhancer": enhancer, "profile": profile}
    own = {
        "host": host,
        "port": port,
        "insecure": insecure,
        "window_ms": window,
        "pipeline": pipeline,
        "guard": False if no_guard else None,
    }
    cameras = [{"name": "camera", "url": camera}] if camera else None
    ways_out = {"ndjson": {"path": results}} if results else None
    options = {**shared, **files, "serve": {**own, "cameras": cameras, "results": ways_out}}

    def read() -> "Project":
        return with_options(project.reread(context), options)

    context.meta[_SETTINGS] = settings = with_options(project.current(context), options)
    if context.invoked_subcommand is None:
        log_to_stderr(log_format, output.verbose)
        serve_until_told(settings, read)


@app.command("check", epilog=CHECK_EXAMPLE)
def check(context: typer.Context) -> None:
    """Say whether the project file can be served: load all of it, start nothing."""
    from turbo_cli.serving.building import check as check_service

    output: Output = context.obj
    settings: Project = context.meta[_SETTINGS]
    check_service(settings)
    level = "enhanced" if settings.enhancer else "at level 0"
    output.text(f"fine: {len(settings.serve.cameras)} cameras, {settings.detector}, {level}")
