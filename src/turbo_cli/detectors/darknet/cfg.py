"""Darknet's `.cfg` text: sections of `name=value` lines, each remembered with its place for errors."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from turbo_cli.errors import TurboError, nearest

Number = TypeVar("Number", int, float)


@dataclass
class Section:
    """One `[kind]` of the file and its options, name → (text, line)."""

    path: Path
    kind: str
    line: int
    options: dict[str, tuple[str, int]] = field(default_factory=dict)

    def error(self, message: str, option: str | None = None, hint: str | None = None) -> TurboError:
        """An error that names the file, the line of `option` (else of the section) and the section."""
        line = self.options[option][1] if option in self.options else self.line
        return TurboError(f"{self.path}, line {line}: [{self.kind}] {message}", hint)

    def refuse_unknown(self, known: str) -> None:
        """Raise `TurboError` for an option not in `known` (names with blanks between).

        Ignoring it could change the numbers.
        """
        names = known.split()
        for option in self.options:
            if option not in names:
                raise self.error(f"option {option!r} is not known", option, nearest(option, names))

    def text(self, option: str, default: str | None = None) -> str:
        """The option as it stands. Raises `TurboError` if it is absent and has no default."""
        if option in self.options:
            return self.options[option][0]
        if default is None:
            raise self.error(f"option {option!r} is missing")
        return default

    def integer(self, option: str, default: int | None = None, least: int = 0) -> int:
        """A whole number of at least `least`."""
        value = self._convert(int, option, self.text(option, None if default is None else str(default)))
        if value < least:
            raise self.error(f"{option}={value}: must be at least {least}", option)
        return value

    def number(self, option: str, default: float | None = None) -> float:
        """A number."""
        return self._convert(float, option, self.text(option, None if default is None else str(default)))

    def integers(self, option: str) -> list[int]:
        """Whole numbers with commas between."""
        return [self._convert(int, option, part) for part in self._parts(option)]

    def numbers(self, option: str) -> list[float]:
        """Numbers with commas between."""
        return [self._convert(float, option, part) for part in self._parts(option)]

    def _parts(self, option: str) -> list[str]:
        return [part.strip() for part in self.text(option).split(",") if part.strip()]

    def _convert(self, kind: type[Number], option: str, text: str) -> Number:
        try:
            return kind(text)
        except ValueError as error:
            expected = "whole number" if kind is int else "number"
            raise self.error(f"{option}={text}: not a {expected}", option) from error


def read_cfg(path: Path) -> list[Section]:
    """All sections in order; the first is `[net]`.

    Raises `TurboError` for a file that cannot be read or is not a darknet cfg, with the line.
    """
    sections: list[Section] = []
    for number, raw in enumerate(_lines(path), start=1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if line.startswith("[") and line.endswith("]"):
            sections.append(Section(path, line[1:-1].strip(), number))
        else:
            _add_option(sections, path, number, line)
    if not sections or sections[0].kind not in ("net", "network"):
        raise TurboError(f"{path}: does not begin with [net]: not a darknet cfg file")
    return sections


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TurboError(f"{path}: cannot read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TurboError(f"{path}: not a text file") from error


def _add_option(sections: list[Section], path: Path, number: int, line: str) -> None:
    name, equals, value = (part.strip() for part in line.partition("="))
    if not (sections and name and equals):
        raise TurboError(f"{path}, line {number}: expected [section] or name=value, got {line[:60]!r}")
    if name in sections[-1].options:
        raise sections[-1].error(f"option {name!r} is given twice", name)
    sections[-1].options[name] = (value, number)
