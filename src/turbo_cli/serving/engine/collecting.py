"""Frames without labels on disk, from which D_f learns what a camera looks like now."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from turbo_cli.artifacts.atomic import check_file, replacing_file
from turbo_cli.data.files import visible_files
from turbo_cli.data.images import is_image
from turbo_cli.errors import TurboError
from turbo_cli.serving.cameras import CameraFrame

PAUSE_S = 5.0
"""Between two frames of a camera; neighbours teach nothing new."""

_log = logging.getLogger(__name__)


class Collecting:
    """Keeps frames as `folder/<camera>/<Unix milliseconds>.webp`; the oldest go when most_bytes are full.

    The folder is a dataset as it stands. Raises `TurboError` if it cannot be written.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        check_file(folder / "frame.webp")
        self._folder = folder
        self._most_bytes = most_bytes
        self._due: dict[str, float] = {}
        self._writer = ThreadPoolExecutor(1, "collecting")
        self._writing: Future[None] | None = None

    def offer(self, frame: CameraFrame) -> None:
        """Keep a frame, if it is time for another one of its camera and the disk keeps up; never waits."""
        busy = self._writing is not None and not self._writing.done()
        if busy or frame.arrived_monotonic < self._due.get(frame.camera, 0.0):
            return
        self._due[frame.camera] = frame.arrived_monotonic + PAUSE_S
        self._writing = self._writer.submit(self._write, frame)

    def forget(self, camera: str) -> None:
        """A camera has gone; its frames stay."""
        self._due.pop(camera, None)

    def close(self) -> None:
        """Finish the frame that is being written."""
        self._writer.shutdown()

    def _write(self, frame: CameraFrame) -> None:
        path = self._folder / frame.camera / f"{round(frame.time * 1000)}.webp"
        try:
            # Lossless, for noise and blur are what D_f judges by.
            with replacing_file(path) as temporary:
                Image.fromarray(frame.image).save(temporary, "WEBP", lossless=True, quality=0, method=0)
            self._make_room()
        except (OSError, TurboError) as error:
            _log.warning("collecting: %s", error)

    def _make_room(self) -> None:
        files = sorted(visible_files(self._folder, is_image), key=lambda path: path.stem)
        sizes = [path.stat().st_size for path in files]
        excess = sum(sizes) - self._most_bytes
        for path, size in zip(files, sizes, strict=True):
            if excess <= 0:
                break
            path.unlink()
            excess -= size
