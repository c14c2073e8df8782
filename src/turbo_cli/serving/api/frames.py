"""`/v1/frames`: an image in, its boxes out."""

import asyncio
from concurrent.futures import Future
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request

from turbo_cli.errors import TurboError
from turbo_cli.serving.api.context import InContext
from turbo_cli.serving.api.problems import Refusal
from turbo_cli.serving.results import ResultRecord

IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")

ANSWER_S = 60.0
"""A window takes seconds at most; one that takes longer is a fault of the service."""

_IMAGE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"required": True, "content": dict.fromkeys(IMAGE_TYPES, _IMAGE)}

router = APIRouter(prefix="/v1/frames", tags=["frames"])


@router.post("", openapi_extra={"requestBody": _BODY})
async def post_frame(
    request: Request,
    context: InContext,
    camera: str,
    time: Annotated[float | None, Query(ge=0, le=1e11, allow_inf_nan=False)] = None,
) -> ResultRecord:
    """Detect in a JPEG, PNG or WebP image, the body, as a frame of a `post:` camera.

    time: when it was taken, Unix seconds. A frame that a newer one of its camera overtakes is a 409.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in IMAGE_TYPES:
        raise Refusal(415, "the body must be an image", f"Content-Type: {', '.join(IMAGE_TYPES)}")
    context.camera(camera)
    async with context.bodies:
        content = await request.body()
        submit = context.engine.submit
        accepted = await run_sync(submit, camera, content, time, limiter=context.decoders)
    return await _record(accepted)


async def _record(accepted: Future[ResultRecord]) -> ResultRecord:
    try:
        return await asyncio.wait_for(asyncio.wrap_future(accepted), ANSWER_S)
    except TurboError as error:
        raise Refusal(409, error.message, error.hint) from error
    except TimeoutError:
        raise Refusal(504, "no window took the frame in time", "look at /v1/status") from None
