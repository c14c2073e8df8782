"""A `turbo serve` that runs while something is played to it."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import httpx2 as httpx

from turbo_cli.errors import TurboError
from turbo_cli.quickstart.children import child, end
from turbo_cli.quickstart.stage import Service

START_S = 120.0
"""A busy machine imports torch slowly."""


def free_port() -> int:
    """A TCP port of loopback that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(service: Service, folder: Path, log: Path) -> Iterator[None]:
    """The service is ready when the block begins; it drains and ends behind it.

    Raises `TurboError` where it does not start, or does not end well.
    """
    with log.open("wb") as said, child(service.arguments, folder, said, said) as process:
        _wait_until_ready(process, f"{service.url}/readyz", log)
        yield
        if status := end(process):
            raise TurboError(f"turbo serve ended with exit status {status}", f"what it said: {log}")


def _wait_until_ready(process: "Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    with httpx.Client(trust_env=False) as client:
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if client.get(url).is_success:
                    return
            time.sleep(0.2)
    problem = "does not get ready" if process.returncode is None else f"ended, status {process.returncode}"
    raise TurboError(f"turbo serve {problem}", f"what it said: {log}")
