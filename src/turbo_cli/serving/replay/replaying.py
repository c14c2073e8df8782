"""A replay from its timetable to its report."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx2 as httpx

from turbo_cli.data import Dataset
from turbo_cli.metrics import Classes
from turbo_cli.progress import Track, untracked
from turbo_cli.serving.cameras.settings import POSTED
from turbo_cli.serving.replay import service
from turbo_cli.serving.replay.faults import Fault, Line
from turbo_cli.serving.replay.following import assign, followed, wait_for_all
from turbo_cli.serving.replay.mjpeg import MjpegCameras
from turbo_cli.serving.replay.outcome import Outcome
from turbo_cli.serving.replay.pictures import encode
from turbo_cli.serving.replay.posting import post_frames
from turbo_cli.serving.replay.report import ReplayReport, make_report
from turbo_cli.serving.replay.timetable import Shot, make_timetable

LINGER_S = 3.0
"""For records that are still owed at the end, beside what two windows take."""

Via = Literal["post", "mjpeg"]


@dataclass(frozen=True)
class ReplayOptions:
    """via: frames are posted, or served as MJPEG to the service. token: opens its API; without one only
    cameras whose frames are posted can be added. cameras, fps, seconds: see `make_timetable`. classes: to
    judge by. seed: of rubbish and resamples.
    """

    via: Via = "post"
    token: str | None = None
    cameras: int | None = None
    fps: float | None = None
    seconds: float | None = None
    faults: Sequence[Fault] = ()
    classes: Classes | None = None
    seed: int = 0


def replay(
    dataset: Dataset, url: str, options: ReplayOptions, track: Track = untracked
) -> tuple[ReplayReport, list[Outcome]]:
    """Play a dataset as live cameras to the service at `url`; what each frame became, and the report.

    Raises `TurboError` where no service answers or a camera cannot be added.
    """
    shots = make_timetable(dataset.frames, options.cameras, options.fps, options.seconds)
    pictures = encode(dataset, (shot.row for shot in shots), track)
    window_ms, outcomes = asyncio.run(_play(url, shots, pictures, options))
    return make_report(dataset, outcomes, window_ms, options.classes, options.seed), outcomes


async def _play(
    url: str, shots: Sequence[Shot], pictures: Mapping[int, bytes], options: ReplayOptions
) -> tuple[float, list[Outcome]]:
    names = sorted({shot.camera for shot in shots})
    line = Line(options.faults, options.seed)
    async with service.connected(url, options.token) as client:
        window_ms = await service.window_ms(client)
        if options.via == "post":
            async with service.added(client, dict.fromkeys(names, POSTED)):
                return window_ms, await post_frames(client, shots, pictures, line)
        return window_ms, await _serve_mjpeg(client, names, shots, pictures, line, window_ms)


async def _serve_mjpeg(
    client: httpx.AsyncClient,
    names: Sequence[str],
    shots: Sequence[Shot],
    pictures: Mapping[int, bytes],
    line: Line,
    window_ms: float,
) -> list[Outcome]:
    cameras = MjpegCameras(names)
    async with (
        cameras.serving() as addresses,
        service.added(client, addresses),
        followed(client) as received,
    ):
        await cameras.wait_for_clients()
        outcomes = await cameras.send(shots, pictures, line)
        await wait_for_all(outcomes, received, patience_s=2 * window_ms / 1000 + LINGER_S)
    assign(outcomes, received)
    return outcomes
