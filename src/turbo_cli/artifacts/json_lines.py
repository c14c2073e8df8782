"""Files of one JSON object a line, each a frozen dataclass."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.reading import first_problem, parse_json, refuse
from turbo_cli.artifacts.rows import Check, RowFormat

Row = TypeVar("Row")


class JsonLinesFormat(RowFormat[Row]):
    """A key is a field of `row_type`, whose pydantic configuration says what becomes of unknown ones."""

    header = ""

    def __init__(self, kind: Kind, row_type: type[Row], check: Callable[[], Check[Row]]) -> None:
        super().__init__(kind, check)
        self._adapter = TypeAdapter(row_type)

    def encode(self, row: Row) -> str:
        content = self._adapter.dump_python(row, mode="json")
        try:
            self._adapter.validate_python(content)
        except ValidationError as error:
            raise ValueError("key {}: {}".format(*first_problem(error))) from error
        return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"

    def decode(self, path: Path, lines: Iterator[str]) -> Iterator[tuple[int, Row]]:
        for number, line in enumerate(lines, start=1):
            place = f"{path}: line {number}"
            try:
                if line.strip():
                    yield number, self._adapter.validate_python(parse_json(place, line))
            except ValidationError as error:
                refuse(place, error, self.kind.made_by)
