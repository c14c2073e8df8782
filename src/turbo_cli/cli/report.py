"""`turbo report`: one page of everything that a folder of artifacts holds."""

from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo report run/"


def report(
    context: typer.Context,
    run_dir: Annotated[
        Path,
        typer.Argument(help="Folder of difficulty.csv, log/, enhancer.safetensors, profile/ and so on."),
    ],
    out: Annotated[Path | None, typer.Option("--out", help="The page. (RUN_DIR/report.html)")] = None,
) -> None:
    """Make one self-contained HTML page: training, accuracy, D_f, profile, load, plans and serving."""
    from turbo_cli.pages.page import write_page
    from turbo_cli.reporting.page import make_report

    output: Output = context.obj
    page = out or run_dir / "report.html"
    write_page(page, make_report(run_dir))
    output.text(f"{page}: open it in a browser")
