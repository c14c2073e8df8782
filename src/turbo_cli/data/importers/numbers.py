"""Numbers as annotation files write them."""

import math
from collections.abc import Iterable, Mapping
from typing import Any


class MalformedError(ValueError):
    """A row that does not have the form that its format asks for; the message says what is wrong."""


def number(value: Any, name: str) -> float:
    """A JSON number or the text of one, NaN and infinities included. Raises `MalformedError`."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise MalformedError(f"{name} is {str(value)[:40]!r}, not a number")


def finite(value: Any, name: str) -> float:
    """A number that is neither NaN nor infinite. Raises `MalformedError`."""
    found = number(value, name)
    if not math.isfinite(found):
        raise MalformedError(f"{name} is {value!r}")
    return found


def numbers(values: Mapping[str, Any], names: Iterable[str]) -> list[float]:
    """The numbers under these keys. Raises `MalformedError` naming a missing or wrong one."""
    return [number(values.get(name, "missing"), name) for name in names]


def whole_number(value: Any, name: str) -> int:
    """A number without fraction. Raises `MalformedError`."""
    if not number(value, name).is_integer():
        raise MalformedError(f"{name} is {value!r}, not a whole number")
    return int(value) if isinstance(value, int) else int(float(value))
