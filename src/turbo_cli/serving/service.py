"""The service as a process: it starts, obeys signals, and ends without losing a frame."""

import contextlib
import logging
import signal
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import psutil

from turbo_cli.allocator import use_one_heap
from turbo_cli.errors import TurboError
from turbo_cli.serving.api.server import ApiServer
from turbo_cli.serving.building import make_service
from turbo_cli.serving.engine import Engine
from turbo_cli.serving.settings import Project

ENDING = (signal.SIGTERM, signal.SIGINT)

_log = logging.getLogger(__name__)


def run(config: Project, read_again: Callable[[], Project]) -> None:
    """What `turbo_cli.serving.serve` says."""
    use_one_heap()
    engine, api = make_service(config)
    with _signals() as received:
        engine.start()
        try:
            api.start()
            start_s = time.time() - psutil.Process().create_time()
            _log.info("serving on %s, %.1f s after the start of the process", api.url, start_s)
            while received.get() not in ENDING:
                config = _reload(engine, api, config, read_again)
        finally:
            end(engine, api, config.serve.drain_s)


def end(engine: Engine, api: ApiServer, drain_s: float) -> None:
    """Finish what was accepted, within `drain_s`.

    The API first: the frames that it took are answered while the engine still runs. It has half of the time,
    so that a client that does not come to its end costs nobody else's frames or results.
    """
    deadline = time.monotonic() + drain_s
    _log.info("ending: within %g s what was accepted will be done", drain_s)
    api.stop(drain_s / 2)
    engine.stop(deadline_s=max(0.0, deadline - time.monotonic()))
    frames = engine.status().frames
    _log.info("ended: %d frames accepted, %d of them dropped", frames.accepted, frames.dropped)


def _reload(engine: Engine, api: ApiServer, config: Project, read_again: Callable[[], Project]) -> Project:
    """Take over the cameras of the configuration; what is wrong with it changes nothing."""
    try:
        wanted = read_again()
        engine.reload_cameras(wanted.serve.cameras)
    except TurboError as error:
        _log.error("reload: nothing was changed: %s", error)
        return config
    merged = config.model_copy(
        update={"serve": config.serve.model_copy(update={"cameras": wanted.serve.cameras})}
    )
    api.reload(merged)
    _log.info("reload: %d cameras", len(wanted.serve.cameras))
    if wanted != merged:
        _log.warning("reload: what is not a camera's counts from the next start only")
    return merged


@contextlib.contextmanager
def _signals() -> Iterator[SimpleQueue[int]]:
    """The signals that arrive within the block; a second one that ends does what it did before the block."""
    received: SimpleQueue[int] = SimpleQueue()

    def note(number: int, _frame: object) -> None:
        received.put(number)
        if number in ENDING:
            signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, note) for number in (*ENDING, signal.SIGHUP)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
