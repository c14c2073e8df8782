"""Frames as MJPEG over HTTP, one address a camera: `/NAME`."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from turbo_cli.serving.replay.faults import Delivery, Line
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.replay.pacing import paced
from turbo_cli.serving.replay.timetable import Shot

HOST = "127.0.0.1"

CONNECTING_S = 15.0
"""How long a service may take to open its cameras."""

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\n\r\n"
)
_PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class MjpegCameras:
    """Serves cameras of some names; whoever connects gets what is sent from then on."""

    def __init__(self, names: Sequence[str]) -> None:
        self._clients: dict[str, set[asyncio.StreamWriter]] = {name: set() for name in names}
        self._connections: Counter[str] = Counter()
        self._port = 0

    @contextlib.asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[dict[str, str]]:
        """Inside, the cameras answer at these addresses, by name."""
        server = await asyncio.start_server(self._welcome, HOST, port)
        self._port = server.sockets[0].getsockname()[1]
        async with server:
            yield {name: f"http://{HOST}:{self._port}/{name}" for name in self._clients}
            for writer in [writer for clients in self._clients.values() for writer in clients]:
                writer.close()

    async def wait_for_clients(self) -> None:
        """Until every camera is watched, or `CONNECTING_S` are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECTING_S):
                while not all(self._clients.values()):
                    await asyncio.sleep(0.05)

    async def send(self, shots: Sequence[Shot], pictures: Mapping[int, bytes], line: Line) -> list[Outcome]:
        """Send every shot at its time to the clients of its camera, one after another on each line."""
        outcomes: list[Outcome] = []
        lines = {name: asyncio.Lock() for name in self._clients}
        async with asyncio.TaskGroup() as sending:
            async for shot in paced(shots):
                delivery = line.deliver(shot, pictures[shot.row])
                due = time.time() + sum(pause for pause, _ in delivery.pieces)
                outcome = Outcome(shot, delivery.whole, due)
                outcomes.append(outcome)
                if delivery.pieces:
                    sending.create_task(self._send(outcome, delivery, lines[shot.camera]))
        return outcomes

    async def _send(self, outcome: Outcome, delivery: Delivery, line: asyncio.Lock) -> None:
        async with line:
            clients = list(self._clients[outcome.shot.camera])
            if not clients:
                outcome.refusal = "nobody was connected"
            outcome.connection = self._connections[outcome.shot.camera]
            outcome.sent_at = time.time() + sum(pause for pause, _ in delivery.pieces)
            size = sum(len(piece) for _, piece in delivery.pieces) + delivery.cut
            for number, (pause_s, piece) in enumerate(delivery.pieces):
                await asyncio.sleep(pause_s)
                for writer in clients:
                    writer.write((_PART % size) * (number == 0) + piece)
            for writer in clients:
                if delivery.cut:
                    writer.transport.abort()
                else:
                    writer.write(b"\r\n")

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client, and keep it until it leaves."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = await reader.readuntil(b"\r\n\r\n")
            name = request.split(b" ", 2)[1].decode("latin-1").lstrip("/")
            if name in self._clients:
                writer.write(_HEAD)
                await self._keep(name, reader, writer)
            else:
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async def _keep(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[name] += 1
        self._clients[name].add(writer)
        try:
            await reader.read()  # until it leaves
        finally:
            self._clients[name].discard(writer)
