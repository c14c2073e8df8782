"""The one exception for what the user can mend."""

import difflib
from collections.abc import Iterable
from pathlib import Path


class TurboError(Exception):
    """Something the user can fix: a path, a file's content, an option.

    The message says what is wrong and where (file, line, column, field); `hint` says what to do.
    The command line prints both on one line to stderr and exits with status 2; a bug raises
    anything else and keeps its traceback.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class MissingFileError(TurboError):
    """A file or folder is absent that a command makes, so that the command has to run first.

    made_by: the command as it is typed; the command line fills in its options (`cli/first.py`).
    """

    def __init__(self, path: Path, made_by: str, problem: str = "no such file") -> None:
        super().__init__(f"{path}: {problem}", f"run `{made_by}` first")
        self.path = path
        self.made_by = made_by


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt `name`: the nearest known one, else the list of all."""
    names = sorted(known)
    return did_you_mean(name, names) or f"known: {', '.join(names)}"


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The hint if a known name is near, else None."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]!r}?" if close else None


class TurboWarning(UserWarning):
    """Something that the user should know and that stops nothing; the command line prints one line."""
