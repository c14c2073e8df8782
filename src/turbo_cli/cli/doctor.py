"""`turbo doctor`: what this machine has and lacks."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from turbo_cli.cli.options import JsonOption
from turbo_cli.cli.output import Output

if TYPE_CHECKING:
    from turbo_cli.doctor import Finding

EXAMPLE = "Example: turbo doctor --json"


def doctor(
    context: typer.Context,
    as_json: JsonOption = False,
) -> None:
    """Say what this machine has and lacks, with the command that mends it.

    Exit status 1 if something is missing that Turbo cannot run without.
    """
    from turbo_cli.doctor import examine, healthy

    output: Output = context.obj
    findings = examine()
    if as_json:
        output.json({"healthy": healthy(findings), "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            output.text(_line(finding))
    if not healthy(findings):
        raise typer.Exit(1)


def _line(finding: "Finding") -> str:
    line = f"{'ok' if finding.ok else 'missing':9}{finding.group:10}{finding.name}: {finding.detail}"
    return line if finding.ok or finding.mend is None else f"{line} → {finding.mend}"
