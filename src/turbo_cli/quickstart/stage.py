"""What a stage is: a command, what it needs, what it makes."""

import shlex
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Service:
    """What is typed behind `turbo serve`, and where that then answers."""

    command: str
    url: str

    @property
    def arguments(self) -> list[str]:
        """Behind `turbo`."""
        return ["serve", *shlex.split(self.command)]


@dataclass(frozen=True)
class Stage:
    """One command of the quickstart; all paths are relative to its folder.

    story: what it is for. command: what is typed behind `turbo`. makes: its artifacts, the last one last.
    needs: artifacts of earlier stages. prints: the artifact that takes what it prints. service: runs
    meanwhile. checkpoint: what is left where it is broken off; the command goes on from there with
    `--resume`.
    """

    name: str
    story: str
    command: str
    makes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    prints: str | None = None
    service: Service | None = None
    checkpoint: str | None = None

    @property
    def arguments(self) -> list[str]:
        """Behind `turbo`."""
        return shlex.split(self.command)

    @property
    def resumed(self) -> "Stage":
        """The same from its checkpoint."""
        return replace(self, command=f"{self.command} --resume")

    @property
    def lines(self) -> list[str]:
        """What to type in a shell for the same."""
        line = f"turbo {self.command}" + (f" > {self.prints}" if self.prints else "")
        if self.service:
            return [f"turbo serve {self.service.command} &", line, "kill $!"]
        return [line]
