"""The one way that commands write to the terminal."""

import contextlib
import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from turbo_cli.errors import TurboWarning

T = TypeVar("T")

PIPED_WIDTH = 200
"""Columns of a table that goes into a file or a pipe, where nothing says how wide it may be."""


@dataclass(frozen=True)
class Output:
    """Results go to stdout, everything else to stderr; quiet drops what is for people,
    save warnings and errors.

    Made once from the root options and handed to commands as the context's object (`ctx.obj`).
    """

    quiet: bool = False
    verbose: bool = False
    color: bool = True

    def text(self, message: str) -> None:
        """A line for people, on stdout; dropped under --quiet."""
        if not self.quiet:
            self._console().print(message, highlight=False, soft_wrap=True, markup=False)

    def table(self, table: Table) -> None:
        """A rich table for people, on stdout; dropped under --quiet."""
        if not self.quiet:
            self._console().print(table)

    def cells(self, title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A plain table under its title, narrow; the first column has no name."""
        self.text(title)
        table = Table("", *header, box=None, padding=(0, 1, 0, 0))
        for row in rows:
            table.add_row(*row)
        self.table(table)
        self.text("")

    def json(self, value: Any) -> None:
        """A result for scripts, on stdout, also under --quiet."""
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def detail(self, message: str) -> None:
        """A line on stderr under --verbose only."""
        if self.verbose:
            self._say(message)

    def warning(self, message: str) -> None:
        """A line on stderr that even --quiet lets through."""
        self._say(f"warning: {message}", "yellow")

    def error(self, message: str) -> None:
        """The one line that a failed command ends with."""
        self._say(f"error: {' '.join(message.split())}", "red")

    @contextlib.contextmanager
    def showing_warnings(self) -> Iterator[None]:
        """Inside, every `TurboWarning` is one `warning` line; other warnings are shown as ever."""
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, TurboWarning):
                self.warning(str(message))
            else:
                usual(message, category, *place, **more)

        with warnings.catch_warnings():
            warnings.simplefilter("always", TurboWarning)
            warnings.showwarning = show
            yield

    @property
    def shows_progress(self) -> bool:
        """Whether stderr is a terminal, and --quiet was not given."""
        return not self.quiet and self._console(stderr=True).is_terminal

    def track(self, items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
        """A `Track`: a progress bar on stderr, silent where that is no terminal or under --quiet."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(
            *columns, console=self._console(stderr=True), disable=not self.shows_progress, transient=True
        ) as progress:
            yield from progress.track(items, total=total, description=label)

    def _say(self, message: str, style: str | None = None) -> None:
        console = self._console(stderr=True)
        console.print(message, style=style, highlight=False, soft_wrap=True, markup=False)

    def _console(self, stderr: bool = False) -> Console:
        console = Console(stderr=stderr, no_color=not self.color or None)
        if not console.is_terminal and "COLUMNS" not in os.environ:
            console.width = PIPED_WIDTH
        return console
