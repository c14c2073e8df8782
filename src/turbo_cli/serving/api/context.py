"""What the endpoints work on."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends
from starlette.requests import HTTPConnection

from turbo_cli.serving.api.problems import Refusal
from turbo_cli.serving.engine import Engine
from turbo_cli.serving.engine.status import CameraFigures
from turbo_cli.serving.results import Broadcaster
from turbo_cli.serving.settings import Project

BODIES = 32
"""Posted images that may be in memory at once, so that clients together cannot fill it."""

DECODERS = 4


@dataclass
class Context:
    """The running service.

    project: replaced when its file is read anew. closing: streams must end. followers: one event a client
    that follows results; it wakes the client's stream.
    """

    engine: Engine
    broadcaster: Broadcaster
    project: Project
    closing: bool = False
    followers: set[asyncio.Event] = field(default_factory=set)
    bodies: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BODIES))
    decoders: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(DECODERS))

    def camera(self, name: str) -> CameraFigures:
        """One camera's figures; a 404 if there is none of this name."""
        for figures in self.engine.status().cameras:
            if figures.camera.camera == name:
                return figures
        raise Refusal(404, "there is no such camera", "GET /v1/cameras lists them")

    def close(self) -> None:
        """Let all streams end; from the event loop's thread."""
        self.closing = True
        for woken in self.followers:
            woken.set()


def _context(connection: HTTPConnection) -> Context:
    context: Context = connection.app.state.context
    return context


InContext = Annotated[Context, Depends(_context)]
