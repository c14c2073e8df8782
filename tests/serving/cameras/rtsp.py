"""A real RTSP camera: GStreamer's server in a process of its own, which signals can stop and kill."""

import contextlib
import functools
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).with_name("rtsp_server.py")
SYSTEM_PYTHON = "/usr/bin/python3"
PROBE = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


@functools.cache
def has_gstreamer() -> bool:
    """Whether the system's Python has GStreamer's RTSP server."""
    try:
        return subprocess.run([SYSTEM_PYTHON, "-c", PROBE], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class RtspCamera:
    """Plays a file; `start` after `kill` takes the same port."""

    def __init__(self, path: Path, user_info: str = "") -> None:
        self._path = path
        self._user_info = user_info
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        command = [SYSTEM_PYTHON, str(SERVER), str(self._path), str(self.port), self._user_info]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def url(self, user_info: str = "") -> str:
        return f"rtsp://{user_info}{'@' if user_info else ''}127.0.0.1:{self.port}/camera"


@contextlib.contextmanager
def rtsp_camera(path: Path, user_info: str = "") -> Iterator[RtspCamera]:
    """A running camera, killed at the end; skips where GStreamer is absent."""
    if not has_gstreamer():
        pytest.skip(f"no GStreamer RTSP server for {SYSTEM_PYTHON} (gir1.2-gst-rtsp-server-1.0, python3-gi)")
    camera = RtspCamera(path, user_info)
    try:
        yield camera
    finally:
        camera.kill()
