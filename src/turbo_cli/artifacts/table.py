"""Tables: CSV that `pandas.read_csv(path)` reads with no arguments, each row a frozen dataclass."""

import csv
import dataclasses
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from turbo_cli.artifacts.metadata import Kind
from turbo_cli.artifacts.reading import first_problem
from turbo_cli.artifacts.rows import Check, RowFormat
from turbo_cli.errors import TurboError, nearest

Row = TypeVar("Row")

Name = Annotated[str, Field(pattern=r"^[^\p{Cc}\u{2028}\u{2029}]*$")]
"""Text of one line, no control characters."""
Count = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=0, le=5)]


class _Echo:
    """A file for `csv.writer` that hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


class CsvFormat(RowFormat[Row]):
    """A CSV table. A column is a field of `row_type` (without the underscore that `class_` ends with).

    A field that is None by default may have empty cells. The columns may stand in any order.
    """

    def __init__(self, kind: Kind, row_type: type[Row], check: Callable[[], Check[Row]]) -> None:
        super().__init__(kind, check)
        fields = dataclasses.fields(row_type)  # type: ignore[arg-type]
        self._fields = {field.name.rstrip("_"): field.name for field in fields}
        self._optional = {field.name for field in fields if field.default is None}
        self._all_names = list(self._fields.values())
        self._values = attrgetter(*self._all_names)
        self._adapter = TypeAdapter(row_type)
        self._line = csv.writer(_Echo(), lineterminator="\n").writerow

    @property
    def header(self) -> str:
        return str(self._line(self._fields))

    def encode(self, row: Row) -> str:
        cells = ["" if value is None else str(value) for value in self._values(row)]
        try:
            self._parse(self._all_names, cells)
        except ValidationError as error:
            raise ValueError(self._problem(error)) from error
        return str(self._line(cells))

    def decode(self, path: Path, lines: Iterator[str]) -> Iterator[tuple[int, Row]]:
        records = _records(path, lines)
        line, columns = next(records, (1, []))
        names = self._names(f"{path}: line {line}", columns)
        for line, cells in records:
            if len(cells) != len(names):
                raise TurboError(
                    f"{path}: line {line}: has {len(cells)} columns, the header {len(names)}",
                    f"`{self.kind.made_by}` makes it anew",
                )
            try:
                yield line, self._parse(names, cells)
            except ValidationError as error:
                raise TurboError(f"{path}: line {line}, {self._problem(error)}") from error

    def _parse(self, names: list[str], cells: list[str]) -> Row:
        pairs = zip(names, cells, strict=True)
        given: dict[str, Any] = {name: cell for name, cell in pairs if cell or name not in self._optional}
        return self._adapter.validate_strings(given)

    def _names(self, place: str, columns: list[str]) -> list[str]:
        """The fields that the header's columns stand for. Raises `TurboError` unless each stands once."""
        for column in columns:
            if column not in self._fields:
                raise TurboError(f"{place}: unknown column {column[:40]!r}", nearest(column, self._fields))
            if columns.count(column) > 1:
                raise TurboError(f"{place}: column {column!r} stands twice")
        for column in self._fields:
            if column not in columns:
                raise TurboError(
                    f"{place}: column {column!r} is missing", f"`{self.kind.made_by}` makes the table anew"
                )
        return [self._fields[column] for column in columns]

    def _problem(self, error: ValidationError) -> str:
        field, message = first_problem(error)
        return f"column {field.rstrip('_')}: {message}" if field else message


def _records(path: Path, lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells; blank lines are passed over, as pandas does."""
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise TurboError(f"{path}: line {reader.line_num}: is not valid CSV: {error}") from error
        if cells is None:
            return
        if cells:
            yield reader.line_num, cells
