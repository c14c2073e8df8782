"""What the page is made of: sections, and parts that are drawn where their files are there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from turbo_cli.pages import page
from turbo_cli.pages.text import Html, joined


@dataclass(frozen=True)
class Part:
    """Something drawn from files of the folder.

    files: what it cannot do without. command: what makes them; `RUN` stands for the folder. draw: takes the
    folder and gives figures; raises `TurboError` for a file that is damaged or something else.
    """

    files: tuple[str, ...]
    command: str
    draw: Callable[[Path], Html]

    def missing(self, folder: Path) -> list[str]:
        """Those of the files that are not there."""
        return [name for name in self.files if not (folder / name).exists()]


@dataclass(frozen=True)
class Section:
    """Parts under a heading; lead: how to read them."""

    title: str
    lead: str
    parts: tuple[Part, ...]

    def render(self, folder: Path) -> Html:
        """What is there, and a line for each part that is not."""
        there = [part for part in self.parts if not part.missing(folder)]
        drawn = page.grid(joined([part.draw(folder) for part in there])) if there else Html("")
        absent = [_absent(part, folder) for part in self.parts if part not in there]
        return page.section(self.title, self.lead, joined([drawn, *absent]))


def _absent(part: Part, folder: Path) -> Html:
    names, command = ", ".join(part.missing(folder)), part.command.replace("RUN", str(folder))
    return page.missing(names, command)
