"""Plain text with one number a line, from a file or standard input."""

import sys
from collections.abc import Iterable
from pathlib import Path

from turbo_cli.errors import TurboError

STANDARD_INPUT = ("-", "--")


def read(source: str) -> list[float]:
    """The numbers of a file, or of standard input for `-` or `--`; blank lines are passed over.

    Raises `TurboError` naming file and line for what is no number; NaN and infinities are numbers here.
    """
    if source in STANDARD_INPUT:
        return _parse("standard input", sys.stdin)
    try:
        with Path(source).open(encoding="utf-8", errors="replace") as file:
            return _parse(source, file)
    except OSError as error:
        problem = f"{source}: cannot read: {error.strerror or error}"
        raise TurboError(problem, "name a file with one number a line, or -- for standard input") from error


def _parse(place: str, lines: Iterable[str]) -> list[float]:
    numbers = []
    for line_number, line in enumerate(lines, start=1):
        if text := line.strip():
            try:
                numbers.append(float(text))
            except ValueError as error:
                problem = f"{place}: line {line_number}: {text[:40]!r} is not a number"
                raise TurboError(problem, "write one number a line") from error
    return numbers
