"""A whole service on loopback: a real engine with a small detector, and the server."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx2 as httpx
import numpy as np
from PIL import Image

from tests.small_detector import SmallDetector
from turbo_cli.enhancement import Enhancer
from turbo_cli.pipelines import make_pipeline
from turbo_cli.scheduling.profile import Profile
from turbo_cli.serving.api.server import ApiServer
from turbo_cli.serving.engine import Engine, EngineOptions
from turbo_cli.serving.results import Broadcaster
from turbo_cli.serving.settings import Project

TOKEN = "correct-horse-battery-staple"
OPEN_CAMERA = {"name": "gate", "url": "post:"}


@dataclass(frozen=True)
class Service:
    """client: without a token; trusted: with it."""

    engine: Engine
    server: ApiServer
    client: httpx.Client
    trusted: httpx.Client


@contextlib.contextmanager
def serving(
    cameras: Sequence[dict[str, Any]] = (OPEN_CAMERA,),
    window_ms: float = 20,
    enhancer: Enhancer | None = None,
    profile: Profile | None = None,
    **serve: Any,
) -> Iterator[Service]:
    """Serve until the block ends; further keys of section `serve` as keywords."""
    settings = {"port": 0, "limits": {"requests_per_s": 10_000}, **serve}
    project = Project.model_validate({"serve": {**settings, "window_ms": window_ms, "cameras": cameras}})
    broadcaster = Broadcaster()
    detector = enhancer.detector if enhancer else SmallDetector()
    options = EngineOptions(window_ms=window_ms, frames_a_camera=project.serve.frames_a_camera)
    opened = project.serve.cameras
    engine = Engine(detector, enhancer, profile, make_pipeline("all"), opened, [broadcaster], options)
    server = ApiServer(engine, broadcaster, project)
    engine.start()
    server.start()
    authorization = {"Authorization": f"Bearer {TOKEN}"}
    with (
        httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client,
        httpx.Client(base_url=server.url, trust_env=False, timeout=30, headers=authorization) as trusted,
    ):
        try:
            yield Service(engine, server, client, trusted)
        finally:
            server.stop(2)
            engine.stop(deadline_s=5)


@contextlib.contextmanager
def guarded(**serve: Any) -> Iterator[Service]:
    """A service that wants `TOKEN`."""
    os.environ["TURBO_TEST_TOKEN"] = TOKEN
    try:
        with serving(tokens=["${TURBO_TEST_TOKEN}"], **serve) as service:
            yield service
    finally:
        del os.environ["TURBO_TEST_TOKEN"]


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 32), seed: int = 0) -> bytes:
    """A small image of noise."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    encoded = BytesIO()
    Image.fromarray(noise).save(encoded, kind)
    return encoded.getvalue()


def post(
    client: httpx.Client, content: bytes, kind: str = "image/jpeg", camera: str = "gate"
) -> httpx.Response:
    """Post a frame."""
    return client.post(
        "/v1/frames", params={"camera": camera}, content=content, headers={"Content-Type": kind}
    )
