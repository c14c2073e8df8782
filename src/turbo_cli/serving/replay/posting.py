"""Frames by HTTP POST, each answered with its record."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import httpx2 as httpx

from turbo_cli.serving.replay.faults import Delivery, Line
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.replay.pacing import paced
from turbo_cli.serving.replay.timetable import Shot
from turbo_cli.serving.results import ResultRecord


class _CutError(Exception):
    """The connection breaks here, on purpose."""


async def post_frames(
    client: httpx.AsyncClient, shots: Sequence[Shot], pictures: Mapping[int, bytes], line: Line
) -> list[Outcome]:
    """Send every shot at its time, answered or not the ones before; returns when all have been answered."""
    outcomes = []
    async with asyncio.TaskGroup() as requests:
        async for shot in paced(shots):
            delivery = line.deliver(shot, pictures[shot.row])
            outcome = Outcome(shot, delivery.whole, time.time() + sum(pause for pause, _ in delivery.pieces))
            outcomes.append(outcome)
            if delivery.pieces:
                requests.create_task(_post(client, outcome, delivery))
    return outcomes


async def _post(client: httpx.AsyncClient, outcome: Outcome, delivery: Delivery) -> None:
    size = sum(len(piece) for _, piece in delivery.pieces) + delivery.cut
    headers = {"Content-Type": "image/jpeg", "Content-Length": str(size)}
    query = {"camera": outcome.shot.camera, "time": f"{outcome.sent_at:.6f}"}
    with contextlib.suppress(_CutError):
        try:
            answer = await client.post("/v1/frames", params=query, content=_body(delivery), headers=headers)
        except httpx.HTTPError as error:
            outcome.refusal = str(error) or type(error).__name__
            return
        outcome.answered_at = time.time()
        if answer.is_success:
            outcome.record = ResultRecord.model_validate_json(answer.content)
        else:
            outcome.refusal = f"{answer.status_code} {_reason(answer)}"


def _reason(answer: httpx.Response) -> str:
    """In the service's words, or in HTTP's where the answer is another one's: that of a proxy before it."""
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase


async def _body(delivery: Delivery) -> AsyncIterator[bytes]:
    for pause_s, piece in delivery.pieces:
        await asyncio.sleep(pause_s)
        yield piece
    if delivery.cut:
        raise _CutError
