"""`turbo quickstart`: the whole road on made-up cameras, narrated."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.quickstart import Numbers

EXAMPLE = "Example: turbo quickstart --fast"


def quickstart(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for everything; run again, it goes on there.")
    ] = Path("runs/quickstart"),
    fast: Annotated[
        bool, typer.Option("--fast", help="Take the enhancer that ships with Turbo, train none.")
    ] = False,
    iterations: Annotated[
        int, typer.Option(min=1, help="Training steps of stage two; stage one takes a fifth.")
    ] = 500,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Of cameras and training.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Make up cameras, train, judge, profile, simulate and serve; say each command, end with a report."""
    from turbo_cli.quickstart import QuickstartOptions
    from turbo_cli.quickstart import quickstart as run

    output: Output = context.obj
    say = output.detail if as_json else output.text
    numbers = run(out, QuickstartOptions(fast, iterations, seed), say, output.shows_progress)
    if as_json:
        output.json({**asdict(numbers), "report": str(out / "report.html")})
    else:
        _print(output, numbers, out, "tiny" if fast else str(out / "enhancer.safetensors"))


def _print(output: Output, numbers: "Numbers", out: Path, enhancer: str) -> None:
    output.text("")
    output.text(f"mAP without Turbo  {100 * numbers.map_without:.1f}")
    output.text(f"mAP with Turbo     {100 * numbers.map_with:.1f}")
    misses = f"{numbers.misses} of {numbers.frames} frames (without Turbo {numbers.misses_without})"
    output.text(f"deadline misses    {misses}")
    if numbers.overloaded:
        output.warning("this machine is too slow or too busy for the live cameras: see docs/quickstart.md")
    output.text(f"Look at {out / 'report.html'}. Then your own video (tiny knows made-up traffic only):")
    profile = out / "profile"
    output.text(f"  turbo try VIDEO --detector tiny --enhancer {enhancer} --profile {profile} --out runs/try")
