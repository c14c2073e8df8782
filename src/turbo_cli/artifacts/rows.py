"""Files of one row a line with a metadata sidecar, written and read in a stream."""

import contextlib
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from turbo_cli.artifacts import metadata
from turbo_cli.artifacts.metadata import Kind, Provenance, Strict
from turbo_cli.artifacts.reading import parse_json, read_bytes, read_lines
from turbo_cli.artifacts.sidecar import read_sidecar, replacing_table, sidecar_path
from turbo_cli.errors import TurboError

Row = TypeVar("Row")
Check = Callable[[Row], str | None]
"""Looks at the rows in order and says what is wrong with one beside those before it."""


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A whole table in memory."""

    provenance: Provenance
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Stream(Generic[Row]):
    """A table on disk whose rows are read as they are asked for, each time it is iterated over."""

    provenance: Provenance
    path: Path
    format: "RowFormat[Row]"

    def __iter__(self) -> Iterator[Row]:
        yield from self.format.rows_of(self.path)


class RowFormat(ABC, Generic[Row]):
    """One format: how a row becomes a line and back. check: makes a fresh `Check` for each pass."""

    def __init__(self, kind: Kind, check: Callable[[], Check[Row]]) -> None:
        self.kind = kind
        self.check = check

    @property
    @abstractmethod
    def header(self) -> str:
        """The first line, or nothing."""

    @abstractmethod
    def encode(self, row: Row) -> str:
        """One line with its end. Raises `ValueError` for a row that reading would refuse."""

    @abstractmethod
    def decode(self, path: Path, lines: Iterator[str]) -> Iterator[tuple[int, Row]]:
        """Line numbers and rows. Raises `TurboError` naming file, line and column."""

    def read(
        self, path: Path, detector: str | None = None, detector_weights_hash: str | None = None
    ) -> Table[Row]:
        """Read the whole table; `stream` says what is raised."""
        stream = self.stream(path, detector, detector_weights_hash)
        return Table(stream.provenance, tuple(stream))

    def stream(
        self, path: Path, detector: str | None = None, detector_weights_hash: str | None = None
    ) -> Stream[Row]:
        """Check the metadata now, read the rows later; memory does not grow with their number.

        detector, detector_weights_hash: refuse a table that was made for another (None: any will do).
        Raises `TurboError` naming file and line, column or key; warns with `EditedFileWarning` where
        the table was edited by hand.
        """
        provenance = read_sidecar(path, self.kind)
        provenance.require(sidecar_path(path), detector, detector_weights_hash)
        return Stream(provenance, path, self)

    def write(self, path: Path, value: Table[Row]) -> None:
        """Write table and sidecar, whole or not at all."""
        with self.writing(path, value.provenance) as writer:
            for row in value.rows:
                writer.append(row)

    @contextlib.contextmanager
    def writing(self, path: Path, provenance: Provenance) -> Iterator["Writer[Row]"]:
        """Append rows one by one; the table appears when the block ends well, else nothing changes."""
        with replacing_table(path, self.kind, provenance) as temporary, temporary.open("wb") as file:
            file.write(self.header.encode())
            yield Writer(path, self, file)

    @contextlib.contextmanager
    def resuming(self, path: Path, provenance: Provenance) -> Iterator["Writer[Row]"]:
        """As `writing`, but what was appended before a crash is kept in `<name>.partial` and goes on there.

        `Writer.count` and `Writer.last` tell where; `Writer.flush` is what saves rows from a kill. Raises
        `TurboError` if it was begun with another provenance (detector, seed, settings, parents).
        """
        partial = path.with_name(f"{path.name}.partial")
        with replacing_table(path, self.kind, provenance) as temporary:
            self._begin(partial, provenance)
            with partial.open("ab") as file:
                writer = Writer(path, self, file)
                for row in self.rows_of(partial):
                    writer.pass_over(row)
                yield writer
            # A copy: were there no room for the last steps, the rows would still be there to go on from.
            shutil.copyfile(partial, temporary)
        sidecar_path(partial).unlink()
        partial.unlink()

    def rows_of(self, path: Path) -> Iterator[Row]:
        """The rows as they lie in the file, whatever its metadata say."""
        check = self.check()
        for number, row in self.decode(path, _text_lines(path, self.kind)):
            if problem := check(row):
                raise TurboError(f"{path}: line {number}: {problem}")
            yield row

    def _begin(self, partial: Path, provenance: Provenance) -> None:
        """Start the partial file, or cut what a crash left half-written from its end."""
        begun = sidecar_path(partial)
        if partial.exists() and begun.exists():
            content = parse_json(str(begun), read_bytes(begun, self.kind.made_by))
            before = metadata.decode(begun, content, self.kind, Strict).provenance
            unlike = before.unlike(provenance)
            if unlike:
                raise TurboError(
                    f"{partial}: was begun with other {', '.join(unlike)}", f"remove it and {begun.name}"
                )
            _cut_torn_line(partial)
        else:
            begun.write_text(metadata.encode(self.kind, provenance, Strict()), encoding="utf-8")
            partial.write_text(self.header, encoding="utf-8")


class Writer(Generic[Row]):
    """Takes the rows of a table in order. count: how many it holds. last: the latest of them."""

    def __init__(self, path: Path, row_format: RowFormat[Row], file: BinaryIO) -> None:
        self.count = 0
        self.last: Row | None = None
        self._path = path
        self._format = row_format
        self._file = file
        self._check = row_format.check()

    def append(self, row: Row) -> None:
        """Write one row. Raises `TurboError` for a row that reading would refuse."""
        try:
            line = self._format.encode(row)
        except ValueError as error:
            raise TurboError(f"{self._path}: row {self.count + 1}: {error}") from error
        self.pass_over(row)
        self._file.write(line.encode())

    def flush(self) -> None:
        """Hand the rows to the system: what was appended so far outlives this process."""
        self._file.flush()

    def pass_over(self, row: Row) -> None:
        """Count a row that is in the file already."""
        if problem := self._check(row):
            raise TurboError(f"{self._path}: row {self.count + 1}: {problem}")
        self.count += 1
        self.last = row


def unique_by(*columns: str) -> Callable[[], Check[Row]]:
    """No two rows may agree in all these columns."""

    def begin() -> Check[Row]:
        seen: set[Hashable] = set()

        def check(row: Row) -> str | None:
            key = tuple(getattr(row, column) for column in columns)
            if key in seen:
                named = ", ".join(f"{c} {v!r}" for c, v in zip(columns, key, strict=True))
                return f"duplicate key: {named} stands here for the second time"
            seen.add(key)
            return None

        return check

    return begin


def rising_index_by_camera() -> Check[Row]:
    """`index` must rise within each `camera`: finds duplicate frames in memory that frames do not fill."""
    latest: dict[str, int] = {}

    def check(row: Row) -> str | None:
        camera, index = getattr(row, "camera"), getattr(row, "index")  # noqa: B009
        before = latest.get(camera, -1)
        latest[camera] = index
        if index == before:
            return f"duplicate key: frame {index} of camera {camera!r} stands here for the second time"
        if index < before:
            return f"column index: frame {index} of camera {camera!r} comes after its frame {before}"
        return None

    return check


def _text_lines(path: Path, kind: Kind) -> Iterator[str]:
    for number, line in enumerate(read_lines(path, kind.made_by), start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise TurboError(
                f"{path}: line {number}, column {error.start + 1}: is not UTF-8 text",
                "save it as UTF-8, or make it anew",
            ) from error


def _cut_torn_line(path: Path) -> None:
    with path.open("r+b") as file:
        whole = sum(len(line) for line in file if line.endswith(b"\n"))
        file.truncate(whole)
