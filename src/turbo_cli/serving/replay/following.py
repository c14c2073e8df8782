"""Records of cameras whose frames are not answered one by one: taken from the service's feed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable

import httpx2 as httpx

from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.results import ResultRecord

WAIT_S = 1.0

Received = list[tuple[float, ResultRecord]]
"""When (Unix seconds) each record came."""


@contextlib.asynccontextmanager
async def followed(client: httpx.AsyncClient, linger_s: float) -> AsyncIterator[Received]:
    """Inside, all new records come into the list; at its end, those of the next `linger_s`, too."""
    received: Received = []
    first = await client.get("/v1/results", params={"wait_s": 0})
    following = asyncio.create_task(_follow(client, first.json()["last"], received))
    try:
        yield received
        await asyncio.sleep(linger_s)
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


def assign(outcomes: Iterable[Outcome], received: Received) -> None:
    """Give each record to the frame of its camera that was sent last before it arrived.

    A frame's pixels carry no number, so a service that takes longer to decode a frame than lies between two
    is judged by the frame after: scores of a posted replay are exact, these are not.
    """
    by_camera: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.sent_at):
        if outcome.whole:
            by_camera.setdefault(outcome.shot.camera, []).append(outcome)
    for came_at, record in received:
        sent = [
            outcome for outcome in by_camera.get(record.camera, ()) if outcome.sent_at <= record.arrived_at
        ]
        if sent and sent[-1].record is None:
            sent[-1].record, sent[-1].answered_at = record, came_at
