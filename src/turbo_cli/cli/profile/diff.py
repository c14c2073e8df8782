"""`turbo profile diff`: two profiles side by side."""

from dataclasses import asdict

import typer

from turbo_cli.cli.options import JsonOption, ProfileArgument
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo profile diff t4/yolov3 v100/yolov3"


def diff(
    context: typer.Context,
    first: ProfileArgument,
    second: ProfileArgument,
    as_json: JsonOption = False,
) -> None:
    """Compare the latencies (ratios) and gains (differences) that both profiles have."""
    from turbo_cli.profiling.profiles.comparing import compare_profiles
    from turbo_cli.profiling.profiles.text import comparison_cells, legend
    from turbo_cli.scheduling.profile import load_profile

    output: Output = context.obj
    profiles = load_profile(first), load_profile(second)
    comparison = compare_profiles(*profiles)
    if as_json:
        output.json({"first": first, "second": second, **asdict(comparison)})
        return
    output.text(f"first: {first}, second: {second}")
    for cells in comparison_cells(comparison):
        output.cells(cells.title, cells.header, cells.rows)
    for line in legend(*profiles):
        output.text(line)
