"""What an import kept, changed and could not use."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from turbo_cli.errors import TurboError

MOST_BAD = 0.05
"""The share of bad rows above which an import stops."""


class Reason(StrEnum):
    """Why a row (a box, a region or a frame) could not be used."""

    MALFORMED = "malformed row"
    DUPLICATE = "duplicate"
    NOT_FINITE = "not a finite number"
    ZERO_AREA = "zero area"
    OUTSIDE = "outside the image"
    UNKNOWN_CLASS = "unknown class"
    MISSING_IMAGE = "missing image"
    UNREADABLE_IMAGE = "unreadable image"
    SIZE_DIFFERS = "image size differs"
    OUT_OF_RANGE = "frame number out of range"


@dataclass(frozen=True)
class Place:
    """Where a row stands: a file, and its line (from 1) or its key where the format has one."""

    file: Path
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        parts = [str(self.file), f"line {self.line}" if self.line else "", self.key or ""]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class BadRow:
    """A row that was skipped, and why."""

    reason: Reason
    place: Place
    detail: str


@dataclass
class Report:
    """Filled while an import runs.

    good_rows: boxes and frames that were used. bad: rows lost by each bad row (a frame without its image
    takes its boxes along). clipped: boxes that stuck out and were cut at the image's edge. dropped: boxes by
    source class that the class map drops. unannotated: frames that the source says nothing about.
    """

    good_rows: int = 0
    clipped: int = 0
    unannotated: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    bad: Counter[BadRow] = field(default_factory=Counter)

    def skip(self, reason: Reason, place: Place, detail: str = "", rows: int = 1) -> None:
        """Count a bad row that takes `rows` rows along."""
        self.bad[BadRow(reason, place, detail)] += rows

    @property
    def bad_share(self) -> float:
        """Bad rows as a share of all rows, in [0, 1]."""
        total = self.good_rows + self.bad.total()
        return self.bad.total() / total if total else 0.0

    def reasons(self) -> Counter[str]:
        """Bad rows by reason."""
        counts: Counter[str] = Counter()
        for row, rows in self.bad.items():
            counts[row.reason.value] += rows
        return counts

    def check(self, allow_bad: bool) -> None:
        """Raise `TurboError` with the top reasons if more than 5 % of the rows are bad."""
        if allow_bad or self.bad_share <= MOST_BAD:
            return
        reasons = self.reasons().most_common(3)
        described = "; ".join(f"{rows} {reason} (first: {self._first(reason)})" for reason, rows in reasons)
        total = self.good_rows + self.bad.total()
        raise TurboError(
            f"{self.bad.total()} of {total} rows are bad ({self.bad_share:.0%}): {described}",
            _hint(reasons[0][0]),
        )

    def _first(self, reason: str) -> str:
        row = next(row for row in self.bad if row.reason == reason)
        return f"{row.place}: {row.detail}" if row.detail else str(row.place)

    def rows_json(self) -> list[dict[str, Any]]:
        """Every bad row, for `import-report.json`."""
        return [
            {
                "reason": row.reason.value,
                "file": str(row.place.file),
                "line": row.place.line,
                "key": row.place.key,
                "detail": row.detail,
                "rows": rows,
            }
            for row, rows in self.bad.items()
        ]


def _hint(reason: str) -> str:
    advice = "--allow-bad skips them and goes on"
    if reason == Reason.UNKNOWN_CLASS:
        return f"map it in a YAML file given as --classes; {advice}"
    if reason == Reason.MISSING_IMAGE:
        return f"name the images' folder with --images; {advice}"
    return advice
