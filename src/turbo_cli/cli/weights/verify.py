"""`turbo weights verify`: a detector against the contract, and against what it was split from."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from turbo_cli.cli.options import JsonOption, WeightsOption
from turbo_cli.cli.output import Output

EXAMPLE = "Example: turbo weights verify yolo-fastest-xl --image street.jpg"


def verify(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="A detector of `turbo weights list`, or package.module:factory.")
    ],
    weights: WeightsOption = None,
    image: Annotated[Path | None, typer.Option(help="Check on this image, video or dataset too.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the random images.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Check that a detector keeps the contract of split detectors, and equals its unsplit original.

    Exit status 1 if a check fails.
    """
    from turbo_cli.detectors.conformance import SPLIT_EQUALS_WHOLE
    from turbo_cli.detectors.verifying import verify_detector

    output: Output = context.obj
    reports = verify_detector(name, weights, image, seed)
    passed = all(report.passed for report in reports.values())
    if as_json:
        checks = {source: [asdict(check) for check in report.checks] for source, report in reports.items()}
        output.json({"detector": name, "passed": passed, "checks": checks})
    for source, report in reports.items() if not as_json else ():
        output.text(f"{name} on {source}:")
        for check in report.checks:
            output.text(f"  {'ok' if check.passed else 'FAILED':8}{check.name}: {check.detail}")
        if report.checks[-1].name != SPLIT_EQUALS_WHOLE:
            output.text(
                f"  -       {SPLIT_EQUALS_WHOLE}: not compared, there is no original of it to run here"
            )
    if not passed:
        raise typer.Exit(1)
