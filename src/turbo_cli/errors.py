"""The one exception for what the user can mend."""

import difflib
from collections.abc import Iterable


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


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt `name`: the nearest known one, else the list of all."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"


class TurboWarning(UserWarning):
    """Something that the user should know and that stops nothing; the command line prints one line."""
