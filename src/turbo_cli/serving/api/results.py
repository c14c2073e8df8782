"""`/v1/results`: the records as they come, by long-poll, server-sent events or WebSocket."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from turbo_cli.serving.api.context import Context, InContext
from turbo_cli.serving.api.following import (
    After,
    OfCamera,
    as_events,
    as_json,
    following,
    next_batch,
    refuse_crowd,
)
from turbo_cli.serving.results import ResultRecord

NUMBER = re.compile("[0-9]{1,18}")
"""What may be a record's; Python reads no number of thousands of digits."""

QUIET_S = 15.0
"""A stream says something at least so often."""

router = APIRouter(prefix="/v1/results", tags=["results"])


class Records(BaseModel):
    """Records in order. last: the number to go on from. lost: records that the client was too slow for."""

    records: list[ResultRecord]
    last: int
    lost: int


@router.get("", response_model=Records, responses={200: {"content": {"text/event-stream": {}}}})
async def follow(
    context: InContext,
    after: After = None,
    camera: OfCamera = None,
    wait_s: Annotated[float, Query(ge=0, le=60, allow_inf_nan=False)] = 20.0,
    accept: Annotated[str, Header()] = "",
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """The records after a number, at most 100; waits up to `wait_s` for the first.

    With `Accept: text/event-stream`, an endless stream of events, one a record, whose ids are the numbers.
    """
    if "text/event-stream" in accept:
        refuse_crowd(context)
        seen = int(last_event_id) if NUMBER.fullmatch(last_event_id) else after
        return StreamingResponse(_events(context, seen, camera), media_type="text/event-stream")
    with following(context) as woken:
        batch = await next_batch(context, woken, after, camera, wait_s)
    return Response(as_json(batch), media_type="application/json")


async def _events(context: Context, after: int | None, camera: str | None) -> AsyncIterator[str]:
    with following(context) as woken:
        while not context.closing:
            batch = await next_batch(context, woken, after, camera, QUIET_S)
            after = batch.last
            yield as_events(batch)


@router.websocket("")
async def follow_by_websocket(
    socket: WebSocket, context: InContext, after: After = None, camera: OfCamera = None
) -> None:
    """Each message is what a long-poll would answer; what the client sends is not looked at."""
    with following(context) as woken:
        await socket.accept()
        leaving = asyncio.create_task(_until_left(socket))
        leaving.add_done_callback(lambda _: woken.set())
        with contextlib.suppress(WebSocketDisconnect):
            while not (context.closing or leaving.done()):
                batch = await next_batch(context, woken, after, camera, QUIET_S)
                after = batch.last
                if batch.entries or batch.lost:
                    await socket.send_text(as_json(batch))
            leaving.cancel()
            await socket.close(1001)


async def _until_left(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()
