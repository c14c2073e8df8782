"""RTSP, and video over HTTP such as MJPEG, by FFmpeg."""

import socket
import time
from collections.abc import Generator, Iterator
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import av

from turbo_cli.serving.cameras.clock import StreamClock
from turbo_cli.serving.cameras.decoding import TakenAt, decode, reason_of
from turbo_cli.serving.cameras.settings import CameraSettings
from turbo_cli.serving.cameras.source import Damage, LostError, Picture
from turbo_cli.serving.credentials import Address

PROTOCOLS = {
    "rtsp": "rtsp,rtp,tcp,udp",
    "rtsps": "rtsp,rtp,tcp,udp,tls",
    "http": "http,tcp",
    "https": "https,tls,tcp",
}
"""What FFmpeg may open for an address: no server shall make it read a file or call something else."""
WITHOUT_CLOCK = {"mpjpeg", "mjpeg", "jpeg_pipe"}
"""Formats whose time stamps are only counted."""


class VideoStream:
    """A live stream; whatever happens to it is a `LostError`, also its end."""

    lossless = False

    def __init__(self, address: Address, settings: CameraSettings) -> None:
        self._url = address.url
        self._timeouts_s = (settings.connect_timeout_s, settings.read_timeout_s)
        scheme = address.url.partition("://")[0]
        # FFmpeg would watch up to five seconds of a stream to estimate its frame rate, which nobody needs.
        self._options = {
            "protocol_whitelist": PROTOCOLS[scheme],
            "fpsprobesize": "0",
            "analyzeduration": "1000000",
        }
        if scheme.startswith("rtsp"):
            self._options |= {"rtsp_transport": settings.rtsp_transport}

    def pictures(self, halt: Event) -> Generator[Picture | Damage]:
        with self._open() as container:
            if not container.streams.video:
                raise LostError("there is no video in this stream")
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1  # more would hold frames back
            packets = self._packets(container, stream, halt)
            for item in decode(packets, float(stream.time_base), _clock(container)):
                if isinstance(item, Picture):
                    self._last_picture = time.monotonic()
                yield item
            if not halt.is_set():
                raise LostError(self._silence() or "the stream ended")

    def _silence(self) -> str | None:
        silent = time.monotonic() - self._last_picture > self._timeouts_s[1]
        return f"no frame for {self._timeouts_s[1]:g} s" if silent else None

    def _open(self) -> Any:
        _require_known_host(self._url)
        try:
            return av.open(self._url, options=self._options, timeout=self._timeouts_s)
        except (av.error.FFmpegError, ValueError) as error:
            raise LostError(_explained(error, self._timeouts_s[0])) from None

    def _packets(self, container: Any, stream: Any, halt: Event) -> Iterator[Any]:
        self._last_picture = time.monotonic()
        try:
            for packet in container.demux(stream):
                if halt.is_set() or not packet.size:  # FFmpeg's sign of the end
                    return
                if self._silence():
                    raise LostError(f"{self._silence()}, but data comes: does it send key frames?")
                yield packet
        except av.error.FFmpegError as error:
            raise LostError(_explained(error, self._timeouts_s[1])) from None


def _require_known_host(url: str) -> None:
    """FFmpeg calls it an input/output error."""
    try:
        socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, ValueError):
        raise LostError("its host's name does not resolve") from None


def _clock(container: Any) -> TakenAt:
    if container.format.name in WITHOUT_CLOCK:
        return lambda seconds: None
    clock = StreamClock()
    return lambda seconds: clock.taken_at(seconds, time.time())


def _explained(error: Exception, timeout_s: float) -> str:
    if isinstance(error, (av.error.ExitError, av.error.TimeoutError)):
        return f"no answer for {timeout_s:g} s"
    if isinstance(error, av.error.HTTPUnauthorizedError):
        return "wrong user or password (401)"
    if isinstance(error, av.error.InvalidDataError):
        return "what it sends is no video that can be read"
    return reason_of(error)
