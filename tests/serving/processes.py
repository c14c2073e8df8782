"""`turbo serve` as a process of its own."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.serving.waiting import until

START_S = 240.0
"""A busy machine imports torch slowly."""


class ServeProcess:
    """Runs in `folder` with its `turbo.yaml`. url, client: of its API."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log_file = folder / "serve.log"
        self.log_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "turbo_cli", "serve", "--log-format", "json"]
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, stderr=log)
        until(lambda: self.said("serving on ") or self.process.poll() is not None, START_S)
        self.url = self.said("serving on ")[0].split(",")[0].removeprefix("serving on ")
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def said(self, beginning: str) -> list[str]:
        """The log's messages that begin so; fails for a line that is no JSON."""
        lines = self.log_file.read_text().split("\n")[:-1]
        messages = [json.loads(line)["message"] for line in lines]
        return [message for message in messages if message.startswith(beginning)]

    def camera(self, name: str) -> dict[str, Any] | None:
        """The figures of a camera, if there is one of this name."""
        cameras = [figures["camera"] for figures in self.client.get("/v1/cameras").json()]
        return next((camera for camera in cameras if camera["camera"] == name), None)

    def end(self, signal_number: int) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(60)


@contextlib.contextmanager
def serve_process(folder: Path) -> Iterator[ServeProcess]:
    """A process that has begun to serve; killed at the end if it still runs."""
    running = ServeProcess(folder)
    try:
        yield running
    finally:
        running.client.close()
        running.process.kill()
        running.process.wait()


def read_records(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a results file."""
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]]
