"""Reading files that may be absent, damaged or of another kind, and saying which."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import TypeAdapter, ValidationError

from turbo_cli.errors import MissingFileError, TurboError

Content = TypeVar("Content")

LONGEST_LINE = 1 << 20
"""Bytes; what is longer is no table, and reading it must not take all the memory."""


@contextlib.contextmanager
def readable(path: Path, made_by: str) -> Iterator[None]:
    """Turn what the system says about a file that cannot be read into a `TurboError`.

    made_by: the command that makes such a file.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise MissingFileError(path, made_by) from error
    except IsADirectoryError as error:
        raise TurboError(f"{path}: is a directory, not a file", "name a file") from error
    except OSError as error:
        raise TurboError(f"{path}: cannot read: {error.strerror or error}") from error


def read_bytes(path: Path, made_by: str) -> bytes:
    """The whole file. Raises `TurboError` if it cannot be read or has no content."""
    with readable(path, made_by):
        content = path.read_bytes()
    if not content:
        raise TurboError(f"{path}: is empty (0 bytes)", f"`{made_by}` makes it anew")
    return content


def read_lines(path: Path, made_by: str) -> Iterator[bytes]:
    """The file's lines with their ends, one at a time; a line over `LONGEST_LINE` comes in pieces."""
    with readable(path, made_by), path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            yield line


def parse_json(place: str, text: str | bytes) -> Any:
    """JSON as RFC 8259 has it: no NaN, no key twice in one object.

    place: what an error begins with (the file, and the line where it has several).
    """
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise TurboError(f"{place}: is not UTF-8 text: byte {error.start}: {error.reason}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise TurboError(f"{place}: is not valid JSON: {where}: {error.msg}") from error
    except RecursionError as error:
        raise TurboError(f"{place}: is not valid JSON: nested too deeply") from error
    except ValueError as error:
        raise TurboError(f"{place}: is not valid JSON: {error}") from error


def read_json(path: Path, content_type: type[Content], made_by: str) -> Content:
    """A JSON file as a value of this type. Raises `TurboError` naming file and key."""
    content = parse_json(str(path), read_bytes(path, made_by))
    try:
        return TypeAdapter(content_type).validate_python(content)
    except ValidationError as error:
        refuse(str(path), error, made_by)


def first_problem(error: ValidationError) -> tuple[str, str]:
    """The key (dotted; "" for the whole) and the message of the first thing that pydantic found wrong."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    value = first["input"]
    shown = f", got {value!r}" if isinstance(value, str | int | float) else ""
    return key, f"{message[:1].lower()}{message[1:]}{shown[:80]}"


def refuse(place: str, error: ValidationError, made_by: str) -> NoReturn:
    """Raise the first thing that pydantic found wrong as a `TurboError`."""
    key, message = first_problem(error)
    problem = f"key {key}: {message}" if key else message
    raise TurboError(f"{place}: {problem}", f"`{made_by}` makes it anew") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {twice!r} stands twice in one object")
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
