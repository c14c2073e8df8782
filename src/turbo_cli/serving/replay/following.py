"""Records of cameras whose frames are not answered one by one: taken from the service's feed."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

import httpx2 as httpx

from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.results import ResultRecord

WAIT_S = 1.0

Received = list[tuple[float, ResultRecord]]
"""When (Unix seconds) each record came."""


@contextlib.asynccontextmanager
async def followed(client: httpx.AsyncClient) -> AsyncIterator[Received]:
    """Inside, all new records come into the list."""
    received: Received = []
    first = await client.get("/v1/results", params={"wait_s": 0})
    following = asyncio.create_task(_follow(client, first.json()["last"], received))
    try:
        yield received
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
            await following


async def _follow(client: httpx.AsyncClient, after: int, received: Received) -> None:
    while True:
        answer = await client.get("/v1/results", params={"after": after, "wait_s": WAIT_S})
        content = answer.raise_for_status().json()
        after = content["last"]
        now = time.time()
        received += [(now, ResultRecord.model_validate(record)) for record in content["records"]]


async def wait_for_all(outcomes: Sequence[Outcome], received: Received, patience_s: float) -> None:
    """Until every frame that arrived has its record; at most `patience_s` after the last record."""
    owed = [outcome.shot.camera for outcome in outcomes if outcome.whole and not outcome.refusal]
    cameras, news, deadline = set(owed), -1, 0.0
    while time.monotonic() < deadline or news < len(received):
        if sum(record.camera in cameras for _, record in received) >= len(owed):
            return
        if news < len(received):
            news, deadline = len(received), time.monotonic() + patience_s
        await asyncio.sleep(0.05)


def assign(outcomes: Iterable[Outcome], received: Received) -> None:
    """Give each record to its frame.

    The service counts the frames that it decodes, in the order in which they were sent, so an index tells
    the frame. With a connection that breaks, frames are lost on the way: the first record over the next one
    goes to the frame that was sent last before it arrived, and the others are counted from there.
    """
    records: dict[str, Received] = defaultdict(list)
    for came_at, record in sorted(received, key=lambda item: item[1].index):
        records[record.camera].append((came_at, record))
    lines: dict[str, dict[int, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for outcome in sorted(outcomes, key=lambda outcome: outcome.sent_at):
        if outcome.whole and not outcome.refusal:
            lines[outcome.shot.camera][outcome.connection].append(outcome)
    for camera, connections in lines.items():
        _assign([*connections.values()], records[camera])


def _assign(lines: Sequence[Sequence[Outcome]], records: Received) -> None:
    """Those of one camera. lines: the frames of each connection, in order."""
    first_index = {0: 0}
    for came_at, record in records:
        begun = [number for number, line in enumerate(lines) if line[0].sent_at <= record.arrived_at]
        number = max(begun, default=0)
        line = lines[number]
        sent = sum(outcome.sent_at <= record.arrived_at for outcome in line)
        place = record.index - first_index.setdefault(number, record.index - sent + 1)
        if 0 <= place < len(line):
            line[place].record, line[place].answered_at = record, came_at
