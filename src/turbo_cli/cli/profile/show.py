"""`turbo profile show`: a profile as tables and a picture."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import JsonOption, ProfileArgument
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo profile show t4/yolov3 --plot profile.png"


def show(
    context: typer.Context,
    profile: ProfileArgument,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw it here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what each level costs and gains, and where every number comes from."""
    from turbo_cli.profiling.profiles.chart import write_chart
    from turbo_cli.profiling.profiles.text import legend, profile_cells, sources, warnings_of
    from turbo_cli.scheduling.profile import load_profile

    output: Output = context.obj
    loaded = load_profile(profile)
    detector, notes = loaded.latency_table.provenance.detector, warnings_of(loaded)
    if plot:
        write_chart(plot, loaded, f"{profile}: {detector}")
    if as_json:
        latency, accuracy = loaded.latency_table, loaded.accuracy_table
        rows = {
            "latency": [asdict(row) for row in latency.rows],
            "accuracy": [asdict(row) for row in accuracy.rows],
        }
        output.json(
            {
                "profile": profile,
                "detector": detector,
                "sources": sources(loaded),
                "warnings": notes,
                **rows,
            }
        )
        return
    output.text(f"{profile}: {detector}")
    for cells in profile_cells(loaded):
        output.cells(cells.title, cells.header, cells.rows)
    marks = ["*: few frames, drawn towards the neighbouring buckets", *legend(loaded)]
    for line in [*marks, *(f"warning: {note}" for note in notes)]:
        output.text(line)
