"""Many scenarios: one for every combination of the values given."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, get_args

from turbo_cli.errors import TurboError, nearest
from turbo_cli.pipelines import PIPELINES
from turbo_cli.scheduling.costs import Execution, Order
from turbo_cli.scheduling.gains import Statistic
from turbo_cli.scheduling.solvers import find_solver
from turbo_cli.simulation.scenario import Scenario

Axis = tuple[str, list[Any]]
"""A field of `Scenario` and its values."""

NUMBERS = {"cameras": int, "fps": float, "window": float}
MOST_CAMERAS = 10_000
CHOICES = {
    "order": ("auto", *get_args(Order)),
    "execution": get_args(Execution),
    "gain": get_args(Statistic),
    "pipeline": tuple(PIPELINES),
}


def parse_axes(texts: Sequence[str]) -> list[Axis]:
    """`cameras=1..16 solver=paper,turbo window=50,100,200`, also several of these. Raises `TurboError`."""
    axes: list[Axis] = []
    for text in itertools.chain(*(text.split() for text in texts)):
        name, equals, values = text.partition("=")
        known = [field.name for field in fields(Scenario)]
        if name not in known or not equals:
            hint = f"write {name}=VALUE,VALUE" if name in known else nearest(name, known)
            raise TurboError(f"sweep {text!r}: not NAME=VALUES", hint)
        if name in (named for named, _ in axes):
            raise TurboError(f"sweep {text!r}: {name} stands twice", "write all its values behind one")
        parsed = [value for part in values.split(",") for value in _parse(name, part)]
        axes.append((name, list(dict.fromkeys(parsed))))  # what is written twice runs once
    return axes


def scenarios(base: Scenario, axes: Sequence[Axis]) -> Iterator[Scenario]:
    """Every combination, the last axis varying fastest."""
    names = [name for name, _ in axes]
    for values in itertools.product(*(values for _, values in axes)):
        yield replace(base, **dict(zip(names, values, strict=True)))


def _parse(name: str, text: str) -> list[Any]:
    if name in NUMBERS:
        return _parse_numbers(name, text)
    if name == "solver":
        find_solver(text)
    elif text not in CHOICES[name]:
        raise TurboError(f"sweep {name}: no such {name} {text!r}", nearest(text, CHOICES[name]))
    return [text]


def _parse_numbers(name: str, text: str) -> list[Any]:
    if name == "cameras" and (span := re.fullmatch(r"(\d+)\.\.(\d+)", text)):
        first, last = (int(end) for end in span.groups())
        if not first <= last <= MOST_CAMERAS:
            raise TurboError(f"sweep {name}: {text!r} does not rise to {MOST_CAMERAS} at most", "write 1..16")
        return list(range(first, last + 1))
    try:
        value = NUMBERS[name](text)
    except ValueError as error:
        raise TurboError(f"sweep {name}: {text!r} is no number", "write 1..16, or 50,100,200") from error
    return [value]
