"""Bodies of requests: counted as they come, whatever their Content-Length says."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

BODY_S = 30.0
"""For a whole body, so that none can be sent letter by letter."""


class LimitedBody:
    """Stands in for `receive`; ends a body that is larger than `most` bytes or takes too long."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._size = 0
        self._whole = False
        self._deadline = asyncio.get_running_loop().time() + BODY_S

    async def __call__(self) -> Message:
        message = await self._next()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise HTTPException(413, f"the body is larger than {self._most} bytes")
        return message

    async def _next(self) -> Message:
        if self._whole:  # what comes now is only the news that the client has gone
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"the body took more than {BODY_S:g} s") from None
