"""How clients follow the records as they come."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Annotated

from fastapi import Query

from turbo_cli.serving.api.context import Context
from turbo_cli.serving.api.problems import Refusal
from turbo_cli.serving.results.broadcaster import Batch

After = Annotated[
    int | None, Query(ge=0, description="Number of the last record seen; none: what comes next.")
]
OfCamera = Annotated[str | None, Query(description="Records of this camera alone.")]

BATCH = 100
"""Records at a time."""


@contextlib.contextmanager
def following(context: Context) -> Iterator[asyncio.Event]:
    """A place among the followers, and the event that tells of news; a 429 if all places are taken."""
    refuse_crowd(context)
    woken = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    context.followers.add(woken)
    try:
        with context.broadcaster.listening(wake):
            yield woken
    finally:
        context.followers.discard(woken)


def refuse_crowd(context: Context) -> None:
    """Raise if all places are taken."""
    most = context.project.serve.limits.followers
    if len(context.followers) >= most:
        raise Refusal(429, f"{most} clients follow already", "close one, or raise serve.limits.followers")


async def next_batch(
    context: Context, woken: asyncio.Event, after: int | None, camera: str | None, wait_s: float
) -> Batch:
    """What comes after a number; empty after `wait_s` without any, and when the service closes."""
    deadline = asyncio.get_running_loop().time() + wait_s
    while True:
        woken.clear()
        batch = context.broadcaster.read(after, camera, BATCH)
        if batch.entries or batch.lost or context.closing:
            return batch
        after = batch.last
        try:
            async with asyncio.timeout_at(deadline):
                await woken.wait()
        except TimeoutError:
            return batch


def as_json(batch: Batch) -> str:
    """`{"records": […], "last": number to go on from, "lost": records that came too fast}`."""
    records = ",".join(entry.json_text for entry in batch.entries)
    return f'{{"records":[{records}],"last":{batch.last},"lost":{batch.lost}}}'


def as_events(batch: Batch) -> str:
    """Server-sent events; a comment where there is nothing, so that both sides know of each other."""
    lost = f'event: lost\ndata: {{"lost":{batch.lost}}}\n\n' if batch.lost else ""
    records = "".join(f"id: {entry.number}\ndata: {entry.json_text}\n\n" for entry in batch.entries)
    return lost + records or ": quiet\n\n"
