"""Shots at their time."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from turbo_cli.serving.replay.timetable import Shot


async def paced(shots: Sequence[Shot]) -> AsyncIterator[Shot]:
    """Each shot when it is due, counted from the first call; one that is overdue comes at once."""
    began = time.monotonic()
    for shot in shots:
        await asyncio.sleep(max(0.0, began + shot.at_s - time.monotonic()))
        yield shot
